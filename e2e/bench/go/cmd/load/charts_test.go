package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChartsShowTheFiguresOfTheTable(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "try")
	if err := figures().writeCharts(prefix); err != nil {
		t.Fatal(err)
	}
	for file, texts := range map[string][]string{
		"-cpu.svg":     {">ours<", ">typed<", ">3 KB<", ">12 KB<", ">0.100<", ">0.200<", ">0.800<"},
		"-latency.svg": {">ours<", ">typed<", ">p50<", ">p99.9<", ">3.00 ms<", ">20.00 ms<", "200 reviews of 12 KB a second"},
	} {
		svg, err := os.ReadFile(prefix + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if !strings.Contains(string(svg), text) {
				t.Errorf("no %s in %s", text, file)
			}
		}
	}
}

func TestWithoutAnOpenLoopThereIsNoChartOfLatencies(t *testing.T) {
	closed := figures()
	closed.Open = nil
	prefix := filepath.Join(t.TempDir(), "try")
	if err := closed.writeCharts(prefix); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(prefix + "-latency.svg"); !os.IsNotExist(err) {
		t.Errorf("there is one: %v", err)
	}
}
