// Command stubserver answers as an API server what the webhook of Pod Security Admission asks of one: the namespaces of the
// corpus, as a list and as a watch, each labelled for the level that is to be enforced, and no pods in them. It writes the
// kubeconfig that leads to it, and a certificate with its key for the webhook to serve with.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	flag.Parse()
	if err := write(*out, *listen); err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *listen, Handler: routes(*level), ReadHeaderTimeout: 10 * time.Second}
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

func routes(level string) http.Handler {
	namespaces := corev1.NamespaceList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "NamespaceList"}, ListMeta: metav1.ListMeta{ResourceVersion: version}}
	for _, name := range corpus.Namespaces() {
		namespaces.Items = append(namespaces.Items, corev1.Namespace{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
			ObjectMeta: metav1.ObjectMeta{Name: name, ResourceVersion: version, Labels: map[string]string{"pod-security.kubernetes.io/enforce": level}},
		})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces", func(response http.ResponseWriter, request *http.Request) {
		if request.URL.Query().Get("watch") == "" {
			answer(response, http.StatusOK, namespaces)
			return
		}
		watch(response, request, namespaces.Items)
	})
	mux.HandleFunc("GET /api/v1/namespaces/{name}", func(response http.ResponseWriter, request *http.Request) {
		for _, one := range namespaces.Items {
			if one.Name == request.PathValue("name") {
				answer(response, http.StatusOK, one)
				return
			}
		}
		notFound(response, request)
	})
	mux.HandleFunc("GET /api/v1/namespaces/{name}/pods", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, http.StatusOK, corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, ListMeta: metav1.ListMeta{ResourceVersion: version}})
	})
	mux.HandleFunc("/", notFound)
	return mux
}

// watch sends nothing but what a client asks to get at first, for nothing changes, and stays open until the client leaves.
func watch(response http.ResponseWriter, request *http.Request, namespaces []corev1.Namespace) {
	response.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(response)
	send := func(kind string, object any) {
		if err := encoder.Encode(map[string]any{"type": kind, "object": object}); err != nil {
			log.Print(err)
		}
	}
	if request.URL.Query().Get("sendInitialEvents") == "true" {
		for _, one := range namespaces {
			send("ADDED", one)
		}
		send("BOOKMARK", corev1.Namespace{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
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
