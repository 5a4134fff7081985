package main

import (
	"strings"
	"testing"
)

const results = `"Benchmark","Mode","Threads","Samples","Score","Score Error (99.9%)","Unit","Param: pod","Param: sets"
"x.Bench.small","avgt",1,10,2.8104,0.123,"us/op",A,
"x.Bench.small:gc.alloc.rate.norm","avgt",1,10,6368.53,1.0,"B/op",A,
"x.Bench.big","avgt",1,1,20.5,NaN,"us/op",A,SHARED
`

func TestARowShowsTheScoreAndWhatWasAllocated(t *testing.T) {
	text, err := table(strings.NewReader(results), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"| small | A |  | 2.81 | 0.12 | us/op | 6369 |", "| big | A | SHARED | 20.50 | – | us/op | – |"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
}

func TestARowIsComparedWithThatOfThePageWhateverParametersItsOtherRowsHave(t *testing.T) {
	text, err := table(strings.NewReader(results), `# Figures

| benchmark | kilobytes | pod | sets | score | ± | unit | bytes allocated |
|---|---|---|---|---:|---:|---|---:|
| small |  | A |  | 5.62 | – | us/op | 6369 |
| other | 12 | A | SHARED | 1.00 | – | us/op | 1 |
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"| small | A |  | 2.81 | 0.12 | us/op | 6369 | 0.50 | 1.00 |", "| big | A | SHARED | 20.50 | – | us/op | – | – | – |"} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
}
