package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProgramsRunInTurnAndTheirOutputIsKept(t *testing.T) {
	out := t.TempDir()
	order := filepath.Join(out, "order")
	figures := filepath.Join(out, "figures.json")
	err := measure(2, out, figures, []string{"one", "1", "sh", "-c", "echo a >>" + order + "; echo first; exit 1", ":::", "two", "0", "sh", "-c", "echo b >>" + order})
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string]string{"order": "a\nb\na\nb\n", "one.out": "first\n", "two.out": ""} {
		if found, err := os.ReadFile(filepath.Join(out, file)); err != nil || string(found) != content {
			t.Errorf("%s: %q, %v", file, found, err)
		}
	}
	if written, err := os.ReadFile(figures); err != nil || !strings.Contains(string(written), `"name": "two"`) {
		t.Errorf("%s, %v", written, err)
	}
}

func TestAProgramThatEndsInAnotherWayEndsTheRun(t *testing.T) {
	if err := measure(1, "", "", []string{"one", "1", "true"}); err == nil || !strings.Contains(err.Error(), "one ended with status 0, not 1") {
		t.Error(err)
	}
}

func TestArgumentsThatNameNoProgramAreRefused(t *testing.T) {
	for _, arguments := range [][]string{{}, {"one", "1"}, {"one", "zero", "true"}, {"one", "0", "true", ":::", "two"}} {
		if _, err := parse(arguments); err == nil {
			t.Errorf("%v is taken", arguments)
		}
	}
}

func TestTheTableShowsMediansAndRatiosToTheLast(t *testing.T) {
	text := table([]program{
		{Name: "ours", CPU: []float64{1, 3, 2}, Elapsed: []float64{1}, Resident: []float64{150}},
		{Name: "theirs", CPU: []float64{4}, Elapsed: []float64{4}, Resident: []float64{100}},
	})
	for _, line := range []string{"| ours | 2.00 | 1.00–3.00 | 1.00 | 150 | 0.50 | 0.25 | 1.50 |", "| theirs | 4.00 | 4.00–4.00 | 4.00 | 100 | 1.00 | 1.00 | 1.00 |"} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	if alone := table([]program{{Name: "ours", CPU: []float64{1}, Elapsed: []float64{1}, Resident: []float64{1}}}); strings.Contains(alone, "÷") {
		t.Error(alone)
	}
}
