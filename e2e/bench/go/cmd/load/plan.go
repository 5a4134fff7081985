package main

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"apparmor-admission.dev/bench/internal/corpus"
	"apparmor-admission.dev/bench/internal/proc"
)

// plan says what is sent to every target.
type plan struct {
	seed    uint64
	sizes   []int
	corpora [][]corpus.Review
	// undeclared are for targets that mutate.
	undeclared  [][]corpus.Review
	distinct    int
	connections int
	rounds      int
	warmUp      int
	settle      int
	volume      int
	open        openPlan
}

// openPlan says what the open loop sends: rate reviews a second for so many seconds of every round.
type openPlan struct {
	// size is an index into sizes.
	size, rate, seconds, connections int
}

// run measures all targets: first each gets the mixed warm-up, then every round goes through the sizes, and in each size through
// the targets, so that whatever else the machine does falls on all of them alike.
func (p *plan) run(list targets) (*result, error) {
	outcome := &result{Seed: p.seed, Connections: p.connections, Rounds: p.rounds, WarmUp: p.warmUp, Settle: p.settle}
	for i, bytes := range p.sizes {
		outcome.Sizes = append(outcome.Sizes, sizeOf(bytes, p.corpora[i]))
	}
	if p.open.seconds > 0 {
		outcome.Open = &openSettings{Size: p.open.size, Rate: p.open.rate, Seconds: p.open.seconds, Connections: p.open.connections}
	}
	for _, one := range list {
		figures, err := p.warm(one)
		if err != nil {
			return nil, fmt.Errorf("%s, warm-up: %w", one.name, err)
		}
		outcome.Targets = append(outcome.Targets, figures)
	}
	taken := make([][]time.Duration, len(list))
	for round := range p.settle {
		if err := p.closedRound(list, round, "settling", make([]targetFigures, len(list))); err != nil {
			return nil, err
		}
	}
	for round := range p.rounds {
		name := fmt.Sprintf("round %d of %d", round+1, p.rounds)
		if err := p.closedRound(list, round, name, outcome.Targets); err != nil {
			return nil, err
		}
		if p.open.seconds == 0 {
			continue
		}
		for place := range list {
			index := (place + round) % len(list)
			progress("%s, %d reviews a second, %s", name, p.open.rate, list[index].name)
			more, err := p.openPhase(list[index])
			if err != nil {
				return nil, fmt.Errorf("%s, %d reviews a second: %w", list[index].name, p.open.rate, err)
			}
			taken[index] = append(taken[index], more...)
		}
	}
	for i, one := range list {
		outcome.Targets[i].Latency = latencyOf(taken[i])
		if one.pid != 0 {
			resident, err := proc.Resident(one.pid)
			if err != nil {
				return nil, err
			}
			outcome.Targets[i].ResidentAtEnd = resident
		}
	}
	return outcome, nil
}

// closedRound takes every size and, in each, every target in turn.
func (p *plan) closedRound(list targets, round int, name string, figures []targetFigures) error {
	for size := range p.sizes {
		for place := range list {
			// The order turns with the round: nobody always runs first.
			index := (place + round) % len(list)
			progress("%s, %d KB, %s", name, p.sizes[size]/1000, list[index].name)
			if err := p.measure(list[index], round, size, &figures[index]); err != nil {
				return fmt.Errorf("%s, %d KB: %w", list[index].name, p.sizes[size]/1000, err)
			}
		}
	}
	return nil
}

func (p *plan) warm(one target) (targetFigures, error) {
	progress("warm-up: %d reviews, %s", p.warmUp, one.name)
	figures := targetFigures{Name: one.name, Ready: one.ready, First: one.first, Measured: one.pid != 0, OwnVerdicts: one.to.ownVerdicts}
	var err error
	if one.pid != 0 {
		if figures.ResidentAtRest, err = proc.Resident(one.pid); err != nil {
			return figures, err
		}
	}
	cpu, _, err := p.closedLoop(one.to, one.pid, mixed(p.corpora), p.warmUp)
	if err != nil {
		return figures, err
	}
	figures.WarmUpCPU = cpu.Seconds()
	if one.pid != 0 {
		if figures.ResidentAfterWarmUp, err = proc.Resident(one.pid); err != nil {
			return figures, err
		}
	}
	if one.mutate != nil {
		figures.MutateWarmUp = p.warmUp
		_, _, err = p.closedLoop(one.mutate, one.pid, mixed(p.undeclared), p.warmUp)
	}
	return figures, err
}

// mixed takes a review of each size in turn.
func mixed(corpora [][]corpus.Review) []corpus.Review {
	var all []corpus.Review
	for i := range corpora[0] {
		for _, reviews := range corpora {
			all = append(all, reviews[i])
		}
	}
	return all
}

// measure adds a phase of validation and, where the target mutates, one of that; which is first turns with the round too, for a
// compiler at run time favours the later one.
func (p *plan) measure(one target, round, size int, figures *targetFigures) error {
	validate := func() error {
		validated, err := p.phase(one.to, one.pid, p.corpora[size], size)
		figures.Phases = append(figures.Phases, validated)
		return err
	}
	mutate := func() error {
		if one.mutate == nil {
			return nil
		}
		mutated, err := p.phase(one.mutate, one.pid, p.undeclared[size], size)
		figures.Mutations = append(figures.Mutations, mutated)
		return err
	}
	doors := []func() error{validate, mutate}
	if round%2 == 1 {
		slices.Reverse(doors)
	}
	for _, door := range doors {
		if err := door(); err != nil {
			return err
		}
	}
	return nil
}

func (p *plan) phase(to *endpoint, pid int, reviews []corpus.Review, size int) (phase, error) {
	count := p.volume * 1_000_000 / p.sizes[size]
	// A tenth on top, not measured, for connections and caches of this size.
	if _, _, err := p.closedLoop(to, pid, reviews, count/10); err != nil {
		return phase{}, err
	}
	cpu, elapsed, err := p.closedLoop(to, pid, reviews, count)
	return phase{Size: size, Reviews: count, CPU: cpu.Seconds(), Elapsed: elapsed.Seconds()}, err
}

// openPhase sends at the fixed rate; its first second is not counted, for it pays for new connections.
func (p *plan) openPhase(one target) ([]time.Duration, error) {
	connections, closeAll, err := one.to.connectAll(p.open.connections)
	defer closeAll()
	if err != nil {
		return nil, err
	}
	reviews := p.corpora[p.open.size]
	taken, err := openLoop(len(connections), p.open.rate*(p.open.seconds+1), time.Second/time.Duration(p.open.rate), func(over, number int) error {
		return connections[over].post(&reviews[number%len(reviews)])
	})
	if err != nil {
		return nil, err
	}
	return taken[p.open.rate:], nil
}

// closedLoop sends count reviews, each connection one after the other, and gives the processor time of the server meanwhile
// (0 if its process is unknown) and the time that passed. Connections are opened before the clock starts.
func (p *plan) closedLoop(to *endpoint, pid int, reviews []corpus.Review, count int) (cpu, elapsed time.Duration, err error) {
	connections, closeAll, err := to.connectAll(p.connections)
	defer closeAll()
	if err != nil {
		return 0, 0, err
	}
	var before time.Duration
	if pid != 0 {
		if before, err = proc.CPU(pid); err != nil {
			return 0, 0, err
		}
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	failures := make(chan error, len(connections))
	start := time.Now()
	for _, over := range connections {
		workers.Go(func() {
			for {
				number := next.Add(1) - 1
				if number >= int64(count) {
					return
				}
				if err := over.post(&reviews[number%int64(len(reviews))]); err != nil {
					next.Add(int64(count))
					failures <- err
					return
				}
			}
		})
	}
	workers.Wait()
	elapsed = time.Since(start)
	select {
	case err = <-failures:
		return 0, 0, err
	default:
	}
	if pid != 0 {
		after, err := proc.CPU(pid)
		if err != nil {
			return 0, 0, err
		}
		cpu = after - before
	}
	return cpu, elapsed, nil
}

func sizeOf(bytes int, reviews []corpus.Review) size {
	total, denied := 0, 0
	for i := range reviews {
		total += len(reviews[i].Body)
		if !reviews[i].Allowed {
			denied++
		}
	}
	return size{Name: fmt.Sprintf("%d KB", bytes/1000), Bytes: total / len(reviews), Distinct: len(reviews), Denied: denied}
}

func progress(format string, values ...any) { fmt.Fprintf(os.Stderr, format+"\n", values...) }
