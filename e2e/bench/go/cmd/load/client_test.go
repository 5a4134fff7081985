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
			if err := (&endpoint{}).verify(review, one.status, []byte(one.body)); (err == nil) != one.passes {
				t.Errorf("it gave %v", err)
			}
		})
	}
}

func TestATemplateIsWarnedOfExactlyIfItsPodsWouldBeDenied(t *testing.T) {
	for _, one := range []struct {
		warned bool
		body   string
		passes bool
	}{
		{true, `{"response":{"uid":"u1","allowed":true,"warnings":["unconfined"]}}`, true},
		{true, `{"response":{"uid":"u1","allowed":true}}`, false},
		{true, `{"response":{"uid":"u1","allowed":false,"warnings":["unconfined"]}}`, false},
		{false, `{"response":{"uid":"u1","allowed":true}}`, true},
		{false, `{"response":{"uid":"u1","allowed":true,"warnings":["unconfined"]}}`, false},
	} {
		review := &corpus.Review{UID: "u1", Allowed: true, Template: true, Warned: one.warned}
		if err := (&endpoint{}).verify(review, 200, []byte(one.body)); (err == nil) != one.passes {
			t.Errorf("%s, warned %t: %v", one.body, one.warned, err)
		}
	}
}

func TestAPeerWithItsOwnVerdictsMustStillAnswerTheRequest(t *testing.T) {
	review, peer := &corpus.Review{UID: "u1", Allowed: false, Kind: "pod level Unconfined"}, &endpoint{ownVerdicts: true}
	if err := peer.verify(review, 200, []byte(`{"response":{"uid":"u1","allowed":true}}`)); err != nil {
		t.Error(err)
	}
	for _, body := range []string{`{"response":{"uid":"u2","allowed":false}}`, `{}`} {
		if err := peer.verify(review, 200, []byte(body)); err == nil {
			t.Errorf("%s passes", body)
		}
	}
}

func TestATargetThatCannotBeUnderstoodIsRefused(t *testing.T) {
	var list targets
	for _, text := range []string{"url=https://localhost:1/validate", "name=x", "name=x,url=http://localhost:1/", "name=x,url=https://localhost/", "name=x,url=https://localhost:1/,pod=4",
		"name=x,url=https://localhost:1/,pid=four", "name=x,url=https://localhost:1/,verdicts=some", "name=x,url=https://localhost:1/,ca=/none"} {
		if err := list.Set(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	if err := list.Set("name=x,url=https://localhost:1/validate,pid=4,verdicts=own,mutate=https://localhost:1/mutate"); err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].pid != 4 || !list[0].to.ownVerdicts || list[0].mutate == nil {
		t.Errorf("read %+v", list)
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
			if err := (&endpoint{}).verify(review, 200, []byte(body)); (err == nil) != one.passes {
				t.Errorf("it gave %v", err)
			}
		})
	}
}
