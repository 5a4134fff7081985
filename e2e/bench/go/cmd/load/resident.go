package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"apparmor-admission.dev/bench/internal/corpus"
	"apparmor-admission.dev/bench/internal/proc"
)

// residentFigures is what one server's process holds; its JSON form is read by the command targets.
type residentFigures struct {
	Reviews int           `json:"reviews"`
	Settle  time.Duration `json:"-"`
	Ready   float64       `json:"startToReadySeconds"`
	First   float64       `json:"firstReviewSeconds"`
	CPU     float64       `json:"cpuSeconds"`
	// AtRest is before the first of the reviews, AtEnd right after the last, Settled a while later, when a compiler at run time has
	// given back what it took, AtMost what was ever held, the start included.
	AtRest  int64 `json:"residentAtRestBytes"`
	AtEnd   int64 `json:"residentAtEndBytes"`
	Settled int64 `json:"residentSettledBytes"`
	AtMost  int64 `json:"residentAtMostBytes"`
}

// resident sends reviews of mixed sizes to one target and prints what its process holds before and after.
func resident(arguments []string) error {
	flags := flag.NewFlagSet("load resident", flag.ContinueOnError)
	var list targets
	flags.Var(&list, "target", "as without resident; one, with a pid")
	count := flags.Int("reviews", 100_000, "how many reviews are sent")
	connections := flags.Int("connections", 4, "keep-alive connections")
	seed := flags.Uint64("seed", 20261122, "seed of the corpus")
	distinct := flags.Int("distinct", 300, "different reviews of each size")
	settle := flags.Duration("settle", 10*time.Second, "how long after the last review memory is looked at again")
	jsonOut := flags.String("json", "", "file to write all figures to")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if len(list) != 1 || list[0].pid == 0 || flags.NArg() > 0 || *count < 1 || *connections < 1 || *distinct < 10 {
		return errors.New("one -target with a pid is needed; reviews and connections must be 1 or more, distinct 10 or more")
	}
	settings := plan{connections: *connections}
	for _, bytes := range []int{3_000, 12_000, 60_000} {
		reviews, err := corpus.Reviews(*seed, *distinct, bytes)
		if err != nil {
			return err
		}
		settings.corpora = append(settings.corpora, reviews)
	}
	figures, err := settings.hold(list[0], *count, *settle)
	if err != nil {
		return err
	}
	fmt.Print(figures.table())
	if *jsonOut == "" {
		return nil
	}
	encoded, err := json.MarshalIndent(figures, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*jsonOut, append(encoded, '\n'), 0o644)
}

func (p *plan) hold(one target, count int, settle time.Duration) (figures residentFigures, err error) {
	figures = residentFigures{Reviews: count, Settle: settle, Ready: one.ready, First: one.first}
	if figures.AtRest, err = proc.Resident(one.pid); err != nil {
		return figures, err
	}
	cpu, _, err := p.closedLoop(one.to, one.pid, mixed(p.corpora), count)
	if err != nil {
		return figures, err
	}
	figures.CPU = cpu.Seconds()
	if figures.AtEnd, err = proc.Resident(one.pid); err != nil {
		return figures, err
	}
	time.Sleep(settle)
	if figures.Settled, err = proc.Resident(one.pid); err != nil {
		return figures, err
	}
	figures.AtMost, err = proc.ResidentAtMost(one.pid)
	return figures, err
}

func (f residentFigures) table() string {
	const mebibyte = 1 << 20
	return fmt.Sprintf(`| figure | |
|---|---:|
| start to ready, seconds | %.2f |
| first review after ready, milliseconds | %.0f |
| resident memory at rest, MiB | %.0f |
| resident memory after %d reviews, MiB | %.0f |
| the same %s later, MiB | %.0f |
| resident memory at most, MiB | %.0f |
| CPU seconds of the %d reviews | %.1f |
`, f.Ready, f.First*1000, float64(f.AtRest)/mebibyte, f.Reviews, float64(f.AtEnd)/mebibyte, f.Settle, float64(f.Settled)/mebibyte, float64(f.AtMost)/mebibyte, f.Reviews, f.CPU)
}
