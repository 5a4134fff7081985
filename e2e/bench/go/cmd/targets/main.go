// Command targets sets what a run of the bench measured against what the product wants to reach, and prints the table. A figure
// of a part that did not run, or of a peer that did not take part, is shown as not measured.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
)

const (
	ours  = "apparmor-admission"
	typed = "typed-webhook"
	psa   = "psa-webhook"
	image = "image"
	gator = "gator"

	mebibyte = 1 << 20
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("targets: ")
	var files inputs
	flag.StringVar(&files.webhook, "webhook", "", "figures of the command load")
	flag.StringVar(&files.resident, "resident", "", "figures of load resident")
	flag.StringVar(&files.many, "check", "", "figures of the command measure for 1,000 pods")
	flag.StringVar(&files.one, "check-one", "", "figures of the command measure for one small file")
	flag.Parse()
	found, err := files.read()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(found.table())
}

// inputs are files of figures; a name is empty, and a file absent, where its part did not run.
type inputs struct{ webhook, resident, many, one string }

// figures are what was measured; nothing in them where it was not.
type figures struct {
	webhook   webhookFigures
	resident  residentFigures
	many, one []program
}

type webhookFigures struct {
	Sizes []struct {
		Name string `json:"name"`
	} `json:"sizes"`
	Targets []server `json:"targets"`
}

type server struct {
	Name      string  `json:"name"`
	Ready     float64 `json:"startToReadySeconds"`
	First     float64 `json:"firstReviewSeconds"`
	Phases    []phase `json:"phases"`
	Mutations []phase `json:"mutations"`
	Latency   struct {
		P99 float64 `json:"p99Seconds"`
	} `json:"openLoopLatency"`
}

type phase struct {
	Size    int     `json:"size"`
	Reviews int     `json:"reviews"`
	CPU     float64 `json:"cpuSeconds"`
}

type residentFigures struct {
	Reviews int   `json:"reviews"`
	AtEnd   int64 `json:"residentAtEndBytes"`
}

type program struct {
	Name     string    `json:"name"`
	CPU      []float64 `json:"cpuSeconds"`
	Elapsed  []float64 `json:"elapsedSeconds"`
	Resident []float64 `json:"residentMiB"`
}

func (files inputs) read() (figures, error) {
	var found figures
	for file, into := range map[string]any{files.webhook: &found.webhook, files.resident: &found.resident, files.many: &found.many, files.one: &found.one} {
		if file == "" {
			continue
		}
		content, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return found, err
		}
		if err := json.Unmarshal(content, into); err != nil {
			return found, fmt.Errorf("%s: %w", file, err)
		}
	}
	return found, nil
}

// reach is one figure and what it may be at most; a measured figure of 0 was not measured.
type reach struct {
	figure   string
	atMost   float64
	measured float64
	unit     string
	// below says that the bound itself is too much.
	below bool
}

func (r reach) row() string {
	sign := "≤ "
	if r.below {
		sign = "< "
	}
	value, met := "not measured", "–"
	if r.measured > 0 {
		value, met = r.show(r.measured), "**no**"
		if r.measured < r.atMost || !r.below && r.measured == r.atMost {
			met = "yes"
		}
	}
	return fmt.Sprintf("| %s | %s%s | %s | %s |\n", r.figure, sign, r.show(r.atMost), value, met)
}

func (r reach) show(value float64) string {
	switch r.unit {
	case "ms", "MiB":
		return fmt.Sprintf("%.0f %s", value, r.unit)
	case "s":
		return fmt.Sprintf("%.2f s", value)
	default:
		return fmt.Sprintf("%.3g", value)
	}
}

func (f figures) table() string {
	var text strings.Builder
	text.WriteString("| figure | to be reached | measured | reached |\n|---|---:|---:|---|\n")
	for _, one := range f.reaches() {
		text.WriteString(one.row())
	}
	return text.String()
}

func (f figures) reaches() []reach {
	product, yardstick, peer := f.server(ours), f.server(typed), f.server(psa)
	var all []reach
	for _, one := range []struct {
		name   string
		atMost float64
	}{{"3 KB", 0.40}, {"12 KB", 0.30}, {"60 KB", 0.30}} {
		size := f.size(one.name)
		all = append(all, reach{figure: "CPU of a review of " + one.name + " ÷ typed-webhook", atMost: one.atMost, measured: ratio(cpu(product.Phases, size), cpu(yardstick.Phases, size))})
	}
	for _, name := range []string{"3 KB", "12 KB", "60 KB"} {
		size := f.size(name)
		all = append(all, reach{figure: "CPU of a review of " + name + " ÷ psa-webhook", atMost: 1.0 / 6, measured: ratio(cpu(product.Phases, size), cpu(peer.Phases, size))})
	}
	for _, name := range []string{"3 KB", "12 KB", "60 KB"} {
		size := f.size(name)
		all = append(all, reach{figure: "CPU of `/mutate` with a patch ÷ `/validate`, " + name, atMost: 1.3, measured: ratio(cpu(product.Mutations, size), cpu(product.Phases, size))})
	}
	many, one := named(f.many, image), named(f.one, image)
	reviews := 100_000
	if f.resident.Reviews > 0 {
		reviews = f.resident.Reviews
	}
	return append(all,
		reach{figure: "p99 at a fixed rate ÷ typed-webhook", atMost: 2, measured: ratio(product.Latency.P99, yardstick.Latency.P99)},
		reach{figure: "first review after ready", atMost: 30, measured: product.First * 1000, unit: "ms", below: true},
		reach{figure: "start to ready", atMost: 1, measured: product.Ready, unit: "s", below: true},
		reach{figure: fmt.Sprintf("resident memory after %s reviews, 5,000 nodes", thousands(reviews)), atMost: 160, measured: float64(f.resident.AtEnd) / mebibyte, unit: "MiB", below: true},
		reach{figure: "`check` of 1,000 pods, CPU ÷ gator", atMost: 1, measured: ratio(median(many.CPU), median(named(f.many, gator).CPU))},
		reach{figure: "`check` of 1,000 pods, largest resident memory", atMost: 200, measured: median(many.Resident), unit: "MiB", below: true},
		reach{figure: "`check` of one small file, elapsed", atMost: 0.4, measured: median(one.Elapsed), unit: "s", below: true},
	)
}

func (f figures) server(name string) server {
	for _, one := range f.webhook.Targets {
		if one.Name == name {
			return one
		}
	}
	return server{}
}

// size is the number of a size in the phases, -1 where it was not measured.
func (f figures) size(name string) int {
	for i, one := range f.webhook.Sizes {
		if one.Name == name {
			return i
		}
	}
	return -1
}

func cpu(phases []phase, size int) float64 {
	var all []float64
	for _, one := range phases {
		if one.Size == size && one.Reviews > 0 {
			all = append(all, one.CPU/float64(one.Reviews))
		}
	}
	return median(all)
}

func named(programs []program, name string) program {
	for _, one := range programs {
		if one.Name == name {
			return one
		}
	}
	return program{}
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func ratio(value, yardstick float64) float64 {
	if yardstick == 0 {
		return 0
	}
	return value / yardstick
}

func thousands(value int) string {
	if value < 1000 {
		return fmt.Sprint(value)
	}
	return fmt.Sprintf("%s,%03d", thousands(value/1000), value%1000)
}
