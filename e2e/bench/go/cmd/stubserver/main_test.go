package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"io"
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
	server := httptest.NewServer(routes("restricted", 1, 0, 0))
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
	server := httptest.NewServer(routes("baseline", 1, 0, 0))
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

func TestNodesAndTheirInventoryComeInPages(t *testing.T) {
	server := httptest.NewServer(routes("restricted", 1, 5, 20))
	defer server.Close()
	var nodes corev1.NodeList
	get(t, server.URL+"/api/v1/nodes?limit=3", http.StatusOK, &nodes)
	if len(nodes.Items) != 3 || nodes.Continue == "" || nodes.Items[0].Name != corpus.NodeName(0) {
		t.Fatalf("%d nodes, continue %q", len(nodes.Items), nodes.Continue)
	}
	var rest corev1.NodeList
	get(t, server.URL+"/api/v1/nodes?limit=3&continue="+nodes.Continue, http.StatusOK, &rest)
	if len(rest.Items) != 2 || rest.Continue != "" || rest.Items[0].Name != corpus.NodeName(3) {
		t.Errorf("%d more nodes, continue %q", len(rest.Items), rest.Continue)
	}
	var inventory corev1.ConfigMapList
	get(t, server.URL+"/api/v1/namespaces/apparmor-admission/configmaps", http.StatusOK, &inventory)
	if len(inventory.Items) != 5 || !strings.Contains(inventory.Items[0].Data[corpus.NodeName(0)], corpus.LoadedProfile+" (enforce)") {
		t.Errorf("%d inventories: %.200v", len(inventory.Items), inventory.Items)
	}
}

func TestAWatchOverAWebSocketEndsAtOnce(t *testing.T) {
	server := httptest.NewServer(routes("restricted", 1, 5, 20))
	defer server.Close()
	request, err := http.NewRequest(http.MethodGet, server.URL+"/api/v1/nodes?watch=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "websocket")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if content, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || len(content) != 0 {
		t.Errorf("%v, HTTP %d, %q", err, answer.StatusCode, content)
	}
}

func TestWhatIsNotServedIsNotFound(t *testing.T) {
	server := httptest.NewServer(routes("baseline", 1, 0, 0))
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
