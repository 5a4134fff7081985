package main

import (
	"testing"

	"apparmor-admission.dev/bench/internal/corpus"
	"apparmor-admission.dev/bench/internal/verdict"
)

func TestEveryReviewOfTheCorpusGetsItsVerdict(t *testing.T) {
	wrong, err := corpus.Refuted(validator(verdict.Of(corpus.Inventory(1, 100, 60))))
	if err != nil {
		t.Fatal(err)
	}
	for _, sentence := range wrong {
		t.Error(sentence)
	}
}
