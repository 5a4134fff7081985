// Command stubserver answers as an API server what webhooks ask of one, in lists and in watches in which nothing happens: the
// namespaces of the corpus, each labelled for the level of Pod Security that is to be enforced and warned of, no pods in them, and, if there
// are to be nodes, those and the inventory of each. It writes the kubeconfig that leads to it, and a certificate with its key for
// a webhook to serve with.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"apparmor-admission.dev/bench/internal/corpus"
	"apparmor-admission.dev/bench/internal/serve"
)

const version = "1"

func main() {
	log.SetFlags(0)
	log.SetPrefix("stubserver: ")
	listen := flag.String("listen", "127.0.0.1:8001", "address to serve on, without TLS")
	level := flag.String("enforce", "restricted", "level of Pod Security that each namespace enforces")
	out := flag.String("out", "", "directory for kubeconfig, webhook.pem and webhook.key")
	nodes := flag.Int("nodes", 0, "nodes of the cluster")
	profiles := flag.Int("profiles", 60, "profiles loaded on each node")
	seed := flag.Uint64("seed", 20261122, "seed of the inventory")
	flag.Parse()
	if err := write(*out, *listen); err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *listen, Handler: routes(*level, *seed, *nodes, *profiles), ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func write(out, listen string) error {
	certificate, key, err := serve.SelfSigned("psa-webhook")
	if err != nil {
		return err
	}
	kubeconfig := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: stub
contexts: [{name: stub, context: {cluster: stub, user: nobody}}]
clusters: [{name: stub, cluster: {server: "http://%s"}}]
users: [{name: nobody, user: {}}]
`, listen)
	for name, content := range map[string][]byte{"kubeconfig": []byte(kubeconfig), "webhook.pem": certificate, "webhook.key": key} {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func routes(level string, seed uint64, nodes, profiles int) http.Handler {
	namespaces := resource{kind: "Namespace"}
	byName := map[string]*corev1.Namespace{}
	for _, name := range corpus.Namespaces() {
		one := &corev1.Namespace{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: version, Labels: map[string]string{
				"pod-security.kubernetes.io/enforce": level,
				// Without it, templates are not looked at.
				"pod-security.kubernetes.io/warn": level,
			}},
		}
		namespaces.items = append(namespaces.items, one)
		byName[name] = one
	}
	mux := http.NewServeMux()
	mux.Handle("GET /api/v1/namespaces", namespaces)
	mux.HandleFunc("GET /api/v1/namespaces/{name}", func(response http.ResponseWriter, request *http.Request) {
		if one, there := byName[request.PathValue("name")]; there {
			answer(response, http.StatusOK, one)
			return
		}
		notFound(response, request)
	})
	mux.Handle("GET /api/v1/namespaces/{name}/pods", resource{kind: "Pod"})
	if nodes > 0 {
		mux.Handle("GET /api/v1/nodes", nodeResource(nodes))
		mux.Handle("GET /api/v1/namespaces/{name}/configmaps", inventoryResource(seed, nodes, profiles))
	}
	mux.HandleFunc("/", notFound)
	return mux
}

func nodeResource(count int) resource {
	all := resource{kind: "Node"}
	for _, one := range corpus.Nodes(count) {
		one.UID, one.ResourceVersion = types.UID(one.Name), version
		all.items = append(all.items, &one)
	}
	return all
}

func inventoryResource(seed uint64, nodes, profiles int) resource {
	all := resource{kind: "ConfigMap"}
	for _, one := range corpus.Inventory(seed, nodes, profiles) {
		one.UID, one.ResourceVersion = types.UID(one.Name), version
		all.items = append(all.items, &one)
	}
	return all
}

// resource is a kind of object that never changes, as a list in pages and as a watch.
type resource struct {
	kind  string
	items []any
}

type list struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []any `json:"items"`
}

func (of resource) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	query := request.URL.Query()
	if watched, err := strconv.ParseBool(query.Get("watch")); err == nil && watched {
		of.watch(response, request)
		return
	}
	// A page's continue is the place of the next one's first item.
	from, _ := strconv.Atoi(query.Get("continue"))
	from = min(max(from, 0), len(of.items))
	to := len(of.items)
	if limit, err := strconv.Atoi(query.Get("limit")); err == nil && limit > 0 {
		to = min(to, from+limit)
	}
	page := list{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: of.kind + "List"}, ListMeta: metav1.ListMeta{ResourceVersion: version}, Items: of.items[from:to]}
	if page.Items == nil {
		page.Items = []any{}
	}
	if to < len(of.items) {
		page.Continue = strconv.Itoa(to)
	}
	answer(response, http.StatusOK, page)
}

// watch sends nothing but what a client asks to get at first, for nothing changes, and stays open until the client leaves.
func (of resource) watch(response http.ResponseWriter, request *http.Request) {
	response.Header().Set("Content-Type", "application/json")
	if request.Header.Get("Upgrade") != "" {
		// No WebSocket: a client that wants one then takes what every proxy lets through.
		return
	}
	encoder := json.NewEncoder(response)
	send := func(kind string, object any) {
		if err := encoder.Encode(map[string]any{"type": kind, "object": object}); err != nil {
			log.Print(err)
		}
	}
	if request.URL.Query().Get("sendInitialEvents") == "true" {
		for _, one := range of.items {
			send("ADDED", one)
		}
		send("BOOKMARK", metav1.PartialObjectMetadata{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: of.kind},
			ObjectMeta: metav1.ObjectMeta{ResourceVersion: version, Annotations: map[string]string{metav1.InitialEventsAnnotationKey: "true"}},
		})
	}
	if err := http.NewResponseController(response).Flush(); err != nil {
		log.Print(err)
		return
	}
	<-request.Context().Done()
}

func notFound(response http.ResponseWriter, request *http.Request) {
	answer(response, http.StatusNotFound, metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure, Reason: metav1.StatusReasonNotFound,
		Code: http.StatusNotFound, Message: request.URL.Path + " is not served here",
	})
}

func answer(response http.ResponseWriter, status int, object any) {
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(status)
	if err := json.NewEncoder(response).Encode(object); err != nil {
		log.Print(err)
	}
}
