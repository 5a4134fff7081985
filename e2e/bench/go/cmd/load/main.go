// Command load measures admission webhooks side by side.
//
//	load [flags] -target name=N,url=https://HOST:PORT/validate[,mutate=https://HOST:PORT/mutate][,pid=P][,ca=FILE]
//	     [,verdicts=own][,ready=S,first=S] ...
//	load await -since EPOCH_SECONDS -pid P -ready URL -url https://… [-ca FILE] [-verdicts own]
//	load resident [flags] -target …
//
// The first form runs every target in turn, in each round and size, over keep-alive connections in a closed loop and then at a
// fixed rate, checks every verdict and patch, and reads processor time and memory of each process from /proc. The second waits
// for a server that was just started and prints the times that the first form takes as ready= and first=. The third sends one
// target many reviews and prints what memory its process then holds.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"

	"apparmor-admission.dev/bench/internal/corpus"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("load: ")
	form, arguments := measure, os.Args[1:]
	if len(arguments) > 0 {
		if other, there := map[string]func([]string) error{"await": await, "resident": resident}[arguments[0]]; there {
			form, arguments = other, arguments[1:]
		}
	}
	if err := form(arguments); err != nil {
		log.Fatal(err)
	}
}

// target is one server to be measured.
type target struct {
	name string
	to   *endpoint
	// mutate is where pods without a profile get the default; nil for a server that only validates.
	mutate *endpoint
	// pid is 0 for a server whose process is not on this machine: it then has no processor time and no memory figures.
	pid int
	// ready and first are seconds, as await printed them; 0 if unknown.
	ready, first float64
}

type targets []target

func (list *targets) String() string { return "" }

// Set reads one -target.
func (list *targets) Set(text string) error {
	var one target
	var address, mutate, ca string
	ownVerdicts := false
	for _, part := range strings.Split(text, ",") {
		key, value, _ := strings.Cut(part, "=")
		var err error
		switch key {
		case "name":
			one.name = value
		case "url":
			address = value
		case "mutate":
			mutate = value
		case "ca":
			ca = value
		case "pid":
			one.pid, err = strconv.Atoi(value)
		case "verdicts":
			if ownVerdicts = value == "own"; !ownVerdicts {
				err = errors.New("verdicts may only be own")
			}
		case "ready":
			one.ready, err = strconv.ParseFloat(value, 64)
		case "first":
			one.first, err = strconv.ParseFloat(value, 64)
		default:
			err = errors.New("keys are name, url, mutate, ca, pid, verdicts, ready, first")
		}
		if err != nil {
			return fmt.Errorf("%q: %w", part, err)
		}
	}
	if one.name == "" || address == "" {
		return errors.New("name and url are needed")
	}
	to, err := newEndpoint(address, ca)
	if err != nil {
		return err
	}
	to.ownVerdicts = ownVerdicts
	one.to = to
	if mutate != "" {
		if one.mutate, err = newEndpoint(mutate, ca); err != nil {
			return err
		}
	}
	*list = append(*list, one)
	return nil
}

func measure(arguments []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	var list targets
	flags.Var(&list, "target", "name=N,url=https://HOST:PORT/PATH[,mutate=https://HOST:PORT/PATH][,pid=P][,ca=FILE][,verdicts=own][,ready=S,first=S]; repeatable, ratios are against the last")
	settings := plan{sizes: []int{3_000, 12_000, 60_000}}
	flags.Uint64Var(&settings.seed, "seed", 20261122, "seed of the corpus")
	flags.IntVar(&settings.distinct, "distinct", 300, "different reviews of each size")
	flags.IntVar(&settings.connections, "connections", 4, "keep-alive connections")
	flags.IntVar(&settings.rounds, "rounds", 3, "rounds; the median of each figure is shown")
	flags.IntVar(&settings.warmUp, "warm-up", 10_000, "reviews of mixed sizes sent to each target before anything is measured")
	flags.IntVar(&settings.settle, "settle", 2, "rounds before the first that counts, without the open loop: a compiler at run time is to be done")
	flags.IntVar(&settings.volume, "volume", 90, "megabytes sent in each round and size")
	openBytes := flags.Int("open-bytes", 12_000, "size of the reviews of the open loop, one of 3000, 12000, 60000")
	flags.IntVar(&settings.open.rate, "open-rate", 200, "reviews a second of the open loop, whatever the server does")
	flags.IntVar(&settings.open.seconds, "open-seconds", 30, "how long the open loop lasts in each round, a second more that is not counted; 0 for none")
	flags.IntVar(&settings.open.connections, "open-connections", 16, "connections of the open loop")
	charts := flags.String("charts", "", "prefix of the SVG files to write: PREFIX-cpu.svg, PREFIX-latency.svg")
	jsonOut := flags.String("json", "", "file to write all figures to")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if len(list) == 0 || flags.NArg() > 0 {
		return errors.New("at least one -target is needed, and nothing but flags")
	}
	if settings.connections < 1 || settings.rounds < 1 || settings.distinct < 10 || settings.volume < 1 || settings.warmUp < 0 || settings.settle < 0 {
		return errors.New("connections, rounds and volume must be 1 or more, distinct 10 or more")
	}
	settings.open.size = slices.Index(settings.sizes, *openBytes)
	if settings.open.size < 0 || settings.open.rate < 1 || settings.open.rate > 100_000 || settings.open.seconds < 0 || settings.open.seconds > 3600 || settings.open.connections < 1 {
		return fmt.Errorf("open-bytes must be one of %v, open-rate 1 to 100000, open-seconds 0 to 3600, open-connections 1 or more", settings.sizes)
	}
	for _, bytes := range settings.sizes {
		reviews, err := corpus.Reviews(settings.seed, settings.distinct, bytes)
		if err != nil {
			return err
		}
		undeclared, err := corpus.Undeclared(settings.seed, settings.distinct, bytes)
		if err != nil {
			return err
		}
		settings.corpora, settings.undeclared = append(settings.corpora, reviews), append(settings.undeclared, undeclared)
	}
	result, err := settings.run(list)
	if err != nil {
		return err
	}
	fmt.Print(result.table())
	if *charts != "" {
		if err := result.writeCharts(*charts); err != nil {
			return err
		}
	}
	if *jsonOut == "" {
		return nil
	}
	encoded, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(*jsonOut, append(encoded, '\n'), 0o644)
}
