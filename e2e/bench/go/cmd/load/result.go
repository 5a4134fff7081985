package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// result is what one run found; its JSON form holds every phase, its table the medians.
type result struct {
	Seed        uint64 `json:"seed"`
	Connections int    `json:"connections"`
	Rounds      int    `json:"rounds"`
	WarmUp      int    `json:"warmUpReviews"`
	// Settle are rounds of which nothing is here.
	Settle  int             `json:"settleRounds"`
	Sizes   []size          `json:"sizes"`
	Open    *openSettings   `json:"openLoop,omitempty"`
	Targets []targetFigures `json:"targets"`
}

type size struct {
	Name string `json:"name"`
	// Bytes is the mean length of a request body.
	Bytes    int `json:"meanBytes"`
	Distinct int `json:"distinct"`
	Denied   int `json:"denied"`
}

// openSettings say how the open loop was run; Size is the place in the sizes.
type openSettings struct {
	Size        int `json:"size"`
	Rate        int `json:"reviewsPerSecond"`
	Seconds     int `json:"secondsEachRound"`
	Connections int `json:"connections"`
}

// targetFigures are seconds and bytes; figures of a process that is not on this machine are 0 and shown as a dash.
type targetFigures struct {
	Name                string  `json:"name"`
	Measured            bool    `json:"processMeasured"`
	OwnVerdicts         bool    `json:"ownVerdicts,omitempty"`
	Ready               float64 `json:"startToReadySeconds"`
	First               float64 `json:"firstReviewSeconds"`
	WarmUpCPU           float64 `json:"warmUpCPUSeconds"`
	ResidentAtRest      int64   `json:"residentAtRestBytes"`
	ResidentAfterWarmUp int64   `json:"residentAfterWarmUpBytes"`
	ResidentAtEnd       int64   `json:"residentAtEndBytes"`
	Phases              []phase `json:"phases"`
	// Mutations are phases of pods that get a patch; none for a server that only validates.
	MutateWarmUp int     `json:"mutateWarmUpReviews,omitempty"`
	Mutations    []phase `json:"mutations,omitempty"`
	// Latency is of all rounds of the open loop together: a p99.9 of one round would be a handful of reviews.
	Latency latency `json:"openLoopLatency"`
}

type phase struct {
	Size    int     `json:"size"`
	Reviews int     `json:"reviews"`
	CPU     float64 `json:"cpuSeconds"`
	Elapsed float64 `json:"elapsedSeconds"`
}

// table shows one column a target and, where there are several, the ratio of each to the last.
func (r *result) table() string {
	var text strings.Builder
	row := func(name, format string, unit float64, value func(targetFigures) float64) {
		fmt.Fprintf(&text, "| %s |", name)
		for _, one := range r.Targets {
			fmt.Fprintf(&text, " %s |", cell(format, value(one)/unit))
		}
		yardstick := value(r.Targets[len(r.Targets)-1])
		for _, one := range r.Targets[:len(r.Targets)-1] {
			fmt.Fprintf(&text, " %s |", cell("%.2f", ratio(value(one), yardstick)))
		}
		text.WriteByte('\n')
	}
	text.WriteString("| figure |")
	for _, one := range r.Targets {
		title := one.Name
		if one.OwnVerdicts {
			title += " (verdicts of its own)"
		}
		fmt.Fprintf(&text, " %s |", title)
	}
	for _, one := range r.Targets[:len(r.Targets)-1] {
		fmt.Fprintf(&text, " %s ÷ %s |", one.Name, r.Targets[len(r.Targets)-1].Name)
	}
	text.WriteString("\n|---|" + strings.Repeat("---:|", 2*len(r.Targets)-1) + "\n")
	for index, one := range r.Sizes {
		row("CPU seconds per 1,000 reviews, "+one.Name, "%.3f", 1, func(t targetFigures) float64 {
			return median(t.Phases, index, cpuPerThousand)
		})
	}
	if slices.ContainsFunc(r.Targets, func(t targetFigures) bool { return len(t.Mutations) > 0 }) {
		for index, one := range r.Sizes {
			row("CPU seconds per 1,000 `/mutate` reviews with a patch, "+one.Name, "%.3f", 1, func(t targetFigures) float64 {
				return median(t.Mutations, index, cpuPerThousand)
			})
		}
		for index, one := range r.Sizes {
			row("CPU of `/mutate` with a patch ÷ that of `/validate`, "+one.Name, "%.2f", 1, func(t targetFigures) float64 {
				return ratio(median(t.Mutations, index, cpuPerThousand), median(t.Phases, index, cpuPerThousand))
			})
		}
	}
	for index, one := range r.Sizes {
		row("reviews per second (closed loop), "+one.Name, "%.0f", 1, func(t targetFigures) float64 {
			return median(t.Phases, index, func(p phase) float64 { return float64(p.Reviews) / p.Elapsed })
		})
	}
	if open := r.Open; open != nil {
		name := fmt.Sprintf(" at %d reviews a second, %s, milliseconds", open.Rate, r.Sizes[open.Size].Name)
		row("p50"+name, "%.2f", 0.001, func(t targetFigures) float64 { return t.Latency.P50 })
		row("p90"+name, "%.2f", 0.001, func(t targetFigures) float64 { return t.Latency.P90 })
		row("p99"+name, "%.2f", 0.001, func(t targetFigures) float64 { return t.Latency.P99 })
		row("p99.9"+name, "%.2f", 0.001, func(t targetFigures) float64 { return t.Latency.P999 })
		row("longest"+name, "%.2f", 0.001, func(t targetFigures) float64 { return t.Latency.Max })
	}
	const mebibyte = 1 << 20
	row(fmt.Sprintf("CPU seconds of the first %d reviews", r.WarmUp), "%.2f", 1, func(t targetFigures) float64 { return t.WarmUpCPU })
	row("resident memory at rest, MiB", "%.0f", mebibyte, func(t targetFigures) float64 { return float64(t.ResidentAtRest) })
	row(fmt.Sprintf("resident memory after %d reviews, MiB", r.WarmUp), "%.0f", mebibyte, func(t targetFigures) float64 { return float64(t.ResidentAfterWarmUp) })
	row(fmt.Sprintf("resident memory at the end, after %s reviews, MiB", r.reviews()), "%.0f", mebibyte, func(t targetFigures) float64 { return float64(t.ResidentAtEnd) })
	row("start to ready, seconds", "%.2f", 1, func(t targetFigures) float64 { return t.Ready })
	row("first review after ready, milliseconds", "%.0f", 0.001, func(t targetFigures) float64 { return t.First })
	return text.String()
}

// reviews counts what each target was sent in all; those that mutate were sent more.
func (r *result) reviews() string {
	var counts []string
	for _, one := range r.Targets {
		counted := 0
		for _, phase := range slices.Concat(one.Phases, one.Mutations) {
			counted += phase.Reviews + phase.Reviews/10
		}
		total := r.WarmUp + one.MutateWarmUp + counted + counted/r.Rounds*r.Settle
		if r.Open != nil {
			total += r.Rounds * r.Open.Rate * (r.Open.Seconds + 1)
		}
		if count := strconv.Itoa(total); !slices.Contains(counts, count) {
			counts = append(counts, count)
		}
	}
	return strings.Join(counts, " or ")
}

func cpuPerThousand(p phase) float64 { return p.CPU / float64(p.Reviews) * 1000 }

// median is 0 where there is no phase of the size.
func median(phases []phase, size int, figure func(phase) float64) float64 {
	var figures []float64
	for _, one := range phases {
		if one.Size == size {
			figures = append(figures, figure(one))
		}
	}
	if len(figures) == 0 {
		return 0
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// ratio is 0, which is shown as a dash, where there is nothing to compare with.
func ratio(value, yardstick float64) float64 {
	if yardstick == 0 {
		return 0
	}
	return value / yardstick
}

func cell(format string, value float64) string {
	if value == 0 {
		return "–"
	}
	return fmt.Sprintf(format, value)
}
