package main

import (
	"fmt"
	"os"

	"apparmor-admission.dev/bench/internal/plot"
)

// writeCharts writes PREFIX-cpu.svg and, where there was an open loop, PREFIX-latency.svg.
func (r *result) writeCharts(prefix string) error {
	if err := os.WriteFile(prefix+"-cpu.svg", []byte(r.cpuChart().Bars()), 0o644); err != nil {
		return err
	}
	if r.Open == nil {
		return nil
	}
	return os.WriteFile(prefix+"-latency.svg", []byte(r.latencyChart().Dots()), 0o644)
}

func (r *result) cpuChart() plot.Chart {
	chart := plot.Chart{Title: "CPU seconds per 1,000 reviews (shorter is better)", Format: "%.3f"}
	for _, one := range r.Sizes {
		chart.Groups = append(chart.Groups, one.Name)
	}
	for _, one := range r.Targets {
		series := plot.Series{Name: one.Name}
		for size := range r.Sizes {
			series.Values = append(series.Values, median(one.Phases, size, cpuPerThousand))
		}
		chart.Series = append(chart.Series, series)
	}
	return chart
}

func (r *result) latencyChart() plot.Chart {
	chart := plot.Chart{
		Title:  fmt.Sprintf("Milliseconds from due to answered, %d reviews of %s a second (logarithmic)", r.Open.Rate, r.Sizes[r.Open.Size].Name),
		Groups: []string{"p50", "p90", "p99", "p99.9", "longest"},
		Format: "%.2f ms",
	}
	for _, one := range r.Targets {
		series := plot.Series{Name: one.Name}
		for _, seconds := range []float64{one.Latency.P50, one.Latency.P90, one.Latency.P99, one.Latency.P999, one.Latency.Max} {
			series.Values = append(series.Values, seconds*1000)
		}
		chart.Series = append(chart.Series, series)
	}
	return chart
}
