package main

import (
	"encoding/base64"
	"fmt"
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

func TestOnlyAPatchThatGivesThePodTheDefaultPasses(t *testing.T) {
	review := &corpus.Review{UID: "u1", Allowed: true, Defaulted: true, Kind: "no profile declared"}
	cases := []struct {
		name, kind, patch string
		passes            bool
	}{
		{"the default", "JSONPatch", `[{"op":"add","path":"/spec/securityContext/appArmorProfile","value":{"type":"RuntimeDefault"}}]`, true},
		{"another profile", "JSONPatch", `[{"op":"add","path":"/spec/securityContext/appArmorProfile","value":{"type":"Unconfined"}}]`, false},
		{"a profile's name", "JSONPatch", `[{"op":"add","path":"/spec/securityContext/appArmorProfile","value":{"type":"RuntimeDefault","localhostProfile":"x"}}]`, false},
		{"another place", "JSONPatch", `[{"op":"add","path":"/spec/containers/0/securityContext/appArmorProfile","value":{"type":"RuntimeDefault"}}]`, false},
		{"all of the securityContext", "JSONPatch", `[{"op":"add","path":"/spec/securityContext","value":{"appArmorProfile":{"type":"RuntimeDefault"}}}]`, false},
		{"no type", "", `[{"op":"add","path":"/spec/securityContext/appArmorProfile","value":{"type":"RuntimeDefault"}}]`, false},
		{"no operation", "JSONPatch", `[]`, false},
		{"no patch", "", "", false},
	}
	for _, one := range cases {
		t.Run(one.name, func(t *testing.T) {
			body := fmt.Sprintf(`{"response":{"uid":"u1","allowed":true,"patchType":%q,"patch":%q}}`, one.kind, base64.StdEncoding.EncodeToString([]byte(one.patch)))
			if err := verify(review, 200, []byte(body)); (err == nil) != one.passes {
				t.Errorf("verify gave %v", err)
			}
		})
	}
}
