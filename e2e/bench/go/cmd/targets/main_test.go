package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachFigureIsSetAgainstItsBound(t *testing.T) {
	files := inputs{
		webhook: file(t, `{"sizes": [{"name": "3 KB"}, {"name": "12 KB"}], "targets": [
			{"name": "apparmor-admission", "startToReadySeconds": 1.0, "firstReviewSeconds": 0.02, "openLoopLatency": {"p99Seconds": 0.004},
			 "phases": [{"size": 0, "reviews": 1000, "cpuSeconds": 0.4}, {"size": 1, "reviews": 1000, "cpuSeconds": 0.4}],
			 "mutations": [{"size": 0, "reviews": 1000, "cpuSeconds": 0.6}]},
			{"name": "psa-webhook", "phases": [{"size": 0, "reviews": 1000, "cpuSeconds": 4}, {"size": 1, "reviews": 1000, "cpuSeconds": 2}]},
			{"name": "typed-webhook", "openLoopLatency": {"p99Seconds": 0.002},
			 "phases": [{"size": 0, "reviews": 1000, "cpuSeconds": 1}, {"size": 1, "reviews": 1000, "cpuSeconds": 1}]}]}`),
		resident: file(t, `{"reviews": 100000, "residentAtEndBytes": 104857600}`),
		many: file(t, `[{"name": "image", "cpuSeconds": [1, 5, 2], "elapsedSeconds": [1], "residentMiB": [210]},
			{"name": "gator", "cpuSeconds": [4], "elapsedSeconds": [3], "residentMiB": [90]}]`),
		one: file(t, `[{"name": "image", "cpuSeconds": [1], "elapsedSeconds": [0.25], "residentMiB": [60]}]`),
	}
	found, err := files.read()
	if err != nil {
		t.Fatal(err)
	}
	text := found.table()
	for _, line := range []string{
		"| CPU of a review of 3 KB ÷ typed-webhook | ≤ 0.4 | 0.4 | yes |",
		"| CPU of a review of 12 KB ÷ typed-webhook | ≤ 0.3 | 0.4 | **no** |",
		"| CPU of a review of 60 KB ÷ typed-webhook | ≤ 0.3 | not measured | – |",
		"| CPU of a review of 3 KB ÷ psa-webhook | ≤ 0.167 | 0.1 | yes |",
		"| CPU of a review of 12 KB ÷ psa-webhook | ≤ 0.167 | 0.2 | **no** |",
		"| CPU of `/mutate` with a patch ÷ `/validate`, 3 KB | ≤ 1.3 | 1.5 | **no** |",
		"| p99 at a fixed rate ÷ typed-webhook | ≤ 2 | 2 | yes |",
		"| first review after ready | < 30 ms | 20 ms | yes |",
		"| start to ready | < 1.00 s | 1.00 s | **no** |",
		"| resident memory after 100,000 reviews, 5,000 nodes | < 160 MiB | 100 MiB | yes |",
		"| `check` of 1,000 pods, CPU ÷ gator | ≤ 1 | 0.5 | yes |",
		"| `check` of 1,000 pods, largest resident memory | < 200 MiB | 210 MiB | **no** |",
		"| `check` of one small file, elapsed | < 0.40 s | 0.25 s | yes |",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
}

func TestWhatDidNotRunIsNotMeasured(t *testing.T) {
	found, err := inputs{webhook: filepath.Join(t.TempDir(), "none"), resident: ""}.read()
	if err != nil {
		t.Fatal(err)
	}
	text := found.table()
	if strings.Contains(text, "yes") || strings.Contains(text, "no**") || !strings.Contains(text, "| start to ready | < 1.00 s | not measured | – |") {
		t.Error(text)
	}
}

func TestFiguresThatCannotBeReadEndTheRun(t *testing.T) {
	if _, err := (inputs{many: file(t, "{")}).read(); err == nil {
		t.Error("it was read")
	}
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "figures.json")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
