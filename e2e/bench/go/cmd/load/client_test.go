package main

import (
	"testing"

	"apparmor-admission.dev/bench/internal/corpus"
)

func TestOnlyTheRightVerdictForTheRightRequestPasses(t *testing.T) {
	review := &corpus.Review{UID: "u1", Allowed: false, Kind: "pod level Unconfined"}
	cases := []struct {
		name   string
		status int
		body   string
		passes bool
	}{
		{"denied as it must be", 200, `{"response":{"uid":"u1","allowed":false}}`, true},
		{"allowed", 200, `{"response":{"uid":"u1","allowed":true}}`, false},
		{"another request's answer", 200, `{"response":{"uid":"u2","allowed":false}}`, false},
		{"no response", 200, `{}`, false},
		{"not JSON", 200, `<html>`, false},
		{"an error", 500, `{"response":{"uid":"u1","allowed":false}}`, false},
	}
	for _, one := range cases {
		t.Run(one.name, func(t *testing.T) {
			if err := verify(review, one.status, []byte(one.body)); (err == nil) != one.passes {
				t.Errorf("verify gave %v", err)
			}
		})
	}
}
