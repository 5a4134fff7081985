package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"apparmor-admission.dev/bench/internal/corpus"
)

func TestWhatAProcessHoldsIsMeasuredBeforeAndAfterTheReviews(t *testing.T) {
	reviews, err := corpus.Reviews(1, 10, 3_000)
	if err != nil {
		t.Fatal(err)
	}
	answered := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		answered++
		_, _ = response.Write([]byte(`{"response":{"uid":"` + reviews[0].UID + `","allowed":true}}`))
	}))
	defer server.Close()
	to, err := newEndpoint(server.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	to.ownVerdicts = true
	settings := plan{connections: 1, corpora: [][]corpus.Review{reviews[:1]}}
	figures, err := settings.hold(target{name: "one", to: to, pid: os.Getpid(), ready: 0.5}, 20, 0)
	if err != nil {
		t.Fatal(err)
	}
	if answered != 20 || figures.Reviews != 20 || figures.Ready != 0.5 || figures.AtRest <= 0 || figures.AtEnd <= 0 || figures.Settled <= 0 || figures.AtMost < figures.AtRest {
		t.Errorf("%d answered, %+v", answered, figures)
	}
}

func TestOnlyOneTargetWithAProcessIsTaken(t *testing.T) {
	for _, arguments := range [][]string{{}, {"-target", "name=x,url=https://localhost:1/"},
		{"-target", "name=x,url=https://localhost:1/,pid=4", "-target", "name=y,url=https://localhost:1/,pid=4"}} {
		if err := resident(arguments); err == nil || !strings.Contains(err.Error(), "one -target with a pid is needed") {
			t.Errorf("%v: %v", arguments, err)
		}
	}
}
