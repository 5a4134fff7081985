package main

import (
	"strings"
	"testing"
)

func figures() *result {
	return &result{
		WarmUp: 100, Rounds: 1, Sizes: []size{{Name: "3 KB"}, {Name: "12 KB"}}, Open: &openSettings{Size: 1, Rate: 200, Seconds: 1, Connections: 16},
		Targets: []targetFigures{
			{
				Name: "ours", Measured: true, MutateWarmUp: 100, Latency: latency{Reviews: 200, P50: 0.001, P90: 0.002, P99: 0.003, P999: 0.004, Max: 0.005},
				Phases:    []phase{{Size: 0, Reviews: 1000, CPU: 0.1, Elapsed: 1}, {Size: 1, Reviews: 1000, CPU: 0.2, Elapsed: 1}},
				Mutations: []phase{{Size: 0, Reviews: 1000, CPU: 0.12, Elapsed: 1}, {Size: 1, Reviews: 1000, CPU: 0.25, Elapsed: 1}},
			},
			{
				Name: "typed", Measured: true, Latency: latency{Reviews: 200, P50: 0.002, P90: 0.002, P99: 0.002, P999: 0.002, Max: 0.020},
				Phases: []phase{{Size: 0, Reviews: 1000, CPU: 0.2, Elapsed: 1}, {Size: 1, Reviews: 1000, CPU: 0.8, Elapsed: 1}},
			},
		},
	}
}

func TestTheTableShowsEachFigureAndItsRatioToTheLastTarget(t *testing.T) {
	text := figures().table()
	for _, line := range []string{
		"| figure | ours | typed | ours ÷ typed |",
		"| CPU seconds per 1,000 reviews, 12 KB | 0.200 | 0.800 | 0.25 |",
		"| CPU seconds per 1,000 `/mutate` reviews with a patch, 3 KB | 0.120 | – | – |",
		"| CPU of `/mutate` with a patch ÷ that of `/validate`, 12 KB | 1.25 | – | – |",
		"| p99 at 200 reviews a second, 12 KB, milliseconds | 3.00 | 2.00 | 1.50 |",
		"| longest at 200 reviews a second, 12 KB, milliseconds | 5.00 | 20.00 | 0.25 |",
		"| resident memory at the end, after 5000 or 2700 reviews, MiB | – | – | – |",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
}

func TestReviewsThatAreInNoOtherFigureCountForTheMemoryAtTheEnd(t *testing.T) {
	settled := figures()
	settled.Settle = 1
	if text := settled.table(); !strings.Contains(text, "at the end, after 9400 or 4900 reviews") {
		t.Error(text)
	}
}

func TestATableOfServersThatOnlyValidateSaysNothingOfMutation(t *testing.T) {
	only := figures()
	only.Targets = only.Targets[1:]
	if text := only.table(); strings.Contains(text, "mutate") {
		t.Error(text)
	}
}
