package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"apparmor-admission.dev/bench/internal/corpus"
)

func TestEveryNamespaceOfTheCorpusEnforcesTheLevel(t *testing.T) {
	server := httptest.NewServer(routes("restricted"))
	defer server.Close()
	var list corev1.NamespaceList
	get(t, server.URL+"/api/v1/namespaces", http.StatusOK, &list)
	if len(list.Items) != len(corpus.Namespaces()) {
		t.Errorf("%d namespaces", len(list.Items))
	}
	for _, name := range corpus.Namespaces() {
		var one corev1.Namespace
		get(t, server.URL+"/api/v1/namespaces/"+name, http.StatusOK, &one)
		if one.Name != name || one.Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
			t.Errorf("%s is %v", name, one.ObjectMeta)
		}
	}
}

func TestAWatchSendsAllNamespacesAndThenThatTheyWereAll(t *testing.T) {
	server := httptest.NewServer(routes("baseline"))
	defer server.Close()
	answer, err := http.Get(server.URL + "/api/v1/namespaces?watch=true&sendInitialEvents=true")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	lines := bufio.NewScanner(answer.Body)
	for number := 0; lines.Scan(); number++ {
		var event struct {
			Type   string           `json:"type"`
			Object corev1.Namespace `json:"object"`
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			t.Fatal(err)
		}
		if event.Type == "BOOKMARK" {
			if number != len(corpus.Namespaces()) || event.Object.Annotations[metav1.InitialEventsAnnotationKey] != "true" {
				t.Errorf("event %d is %+v", number, event)
			}
			return
		}
	}
	t.Error("the watch ended without a bookmark")
}

func TestWhatIsNotServedIsNotFound(t *testing.T) {
	server := httptest.NewServer(routes("baseline"))
	defer server.Close()
	for _, path := range []string{"/api/v1/namespaces/nowhere", "/apis"} {
		var status metav1.Status
		get(t, server.URL+path, http.StatusNotFound, &status)
		if status.Reason != metav1.StatusReasonNotFound {
			t.Errorf("%s: %+v", path, status)
		}
	}
}

func TestWhatTheWebhookNeedsIsWritten(t *testing.T) {
	out := t.TempDir()
	if err := write(out, "127.0.0.1:1"); err != nil {
		t.Fatal(err)
	}
	if _, err := tls.LoadX509KeyPair(filepath.Join(out, "webhook.pem"), filepath.Join(out, "webhook.key")); err != nil {
		t.Error(err)
	}
	kubeconfig, err := os.ReadFile(filepath.Join(out, "kubeconfig"))
	if err != nil || !strings.Contains(string(kubeconfig), `server: "http://127.0.0.1:1"`) {
		t.Errorf("%v: %s", err, kubeconfig)
	}
}

func get(t *testing.T, address string, status int, into any) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != status {
		t.Fatalf("%s: HTTP %d", address, answer.StatusCode)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
