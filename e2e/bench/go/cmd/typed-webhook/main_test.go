package main

import (
	"testing"

	"apparmor-admission.dev/bench/internal/corpus"
	"apparmor-admission.dev/bench/internal/corpustest"
	"apparmor-admission.dev/bench/internal/verdict"
)

func TestEveryReviewOfTheCorpusGetsItsVerdict(t *testing.T) {
	corpustest.Verdicts(t, validator(verdict.Of(corpus.Inventory(1, 100, 60))))
}
