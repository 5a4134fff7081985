package main

import (
	"testing"

	"apparmor-admission.dev/bench/internal/corpustest"
)

func TestEveryReviewOfTheCorpusGetsItsVerdict(t *testing.T) { corpustest.Verdicts(t, validator) }
