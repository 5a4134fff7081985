// Command typed-webhook is the yardstick of the benches: a small admission webhook written the ordinary way. It decodes the
// review and the pod into the k8s.io/api types, looks at every AppArmor declaration and at the profiles loaded on the nodes,
// and answers over TLS. It judges less than the product does: no node selection, no policies, no exceptions, no metrics.
package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const (
	annotationPrefix = "container.apparmor.security.beta.kubernetes.io/"
	maxBody          = 16 << 20
)

// loaded maps a node's name to the mode of each profile loaded there.
type loaded map[string]map[string]string

type webhook struct {
	decoder   runtime.Decoder
	inventory loaded
}

func main() {
	listen := flag.String("listen", "127.0.0.1:9443", "address to serve on")
	inventoryFile := flag.String("inventory", "", "file with the inventory ConfigMaps (YAML documents)")
	caOut := flag.String("ca-out", "", "file to write the self-signed certificate to")
	flag.Parse()
	if err := run(*listen, *inventoryFile, *caOut); err != nil {
		log.Fatal(err)
	}
}

func run(listen, inventoryFile, caOut string) error {
	inventory, err := readInventory(inventoryFile)
	if err != nil {
		return err
	}
	certificate, err := selfSigned(caOut)
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(admissionv1.AddToScheme(scheme))
	hook := &webhook{decoder: serializer.NewCodecFactory(scheme).UniversalDeserializer(), inventory: inventory}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /validate", hook.validate)
	routes.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{
		Addr: listen, Handler: routes, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		// In a cluster the API server speaks HTTP/1.1 to webhooks behind a Service; so does the bench.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	return server.ListenAndServeTLS("", "")
}

func (hook *webhook) validate(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, maxBody))
	if err != nil {
		http.Error(response, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	review := admissionv1.AdmissionReview{}
	if _, _, err := hook.decoder.Decode(body, nil, &review); err != nil || review.Request == nil {
		http.Error(response, fmt.Sprintf("not an AdmissionReview: %v", err), http.StatusBadRequest)
		return
	}
	answer := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
	pod := corev1.Pod{}
	if _, _, err := hook.decoder.Decode(review.Request.Object.Raw, nil, &pod); err != nil {
		deny(answer, "the pod cannot be read: "+err.Error())
	} else if findings := hook.judge(&pod); len(findings) > 0 {
		deny(answer, strings.Join(findings, "; "))
	}
	encoded, err := json.Marshal(&admissionv1.AdmissionReview{TypeMeta: review.TypeMeta, Response: answer})
	if err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	response.Header().Set("Content-Type", "application/json")
	if _, err := response.Write(encoded); err != nil {
		log.Print(err)
	}
}

func deny(answer *admissionv1.AdmissionResponse, message string) {
	answer.Allowed = false
	answer.Result = &metav1.Status{Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: message}
}

// judge gives a sentence for each declaration that a strict policy refuses.
func (hook *webhook) judge(pod *corev1.Pod) []string {
	var findings []string
	var podProfile *corev1.AppArmorProfile
	if pod.Spec.SecurityContext != nil {
		podProfile = pod.Spec.SecurityContext.AppArmorProfile
	}
	if podProfile != nil && podProfile.Type == corev1.AppArmorProfileTypeUnconfined {
		findings = append(findings, "spec.securityContext is Unconfined")
	}
	visit := func(path, name string, context *corev1.SecurityContext) {
		profile := podProfile
		if context != nil && context.AppArmorProfile != nil {
			profile = context.AppArmorProfile
		} else if value, there := pod.Annotations[annotationPrefix+name]; there {
			profile = fromAnnotation(value)
		}
		if finding := hook.refuse(profile); finding != "" {
			findings = append(findings, fmt.Sprintf("%s (%s) %s", path, name, finding))
		}
	}
	for i := range pod.Spec.InitContainers {
		visit(fmt.Sprintf("spec.initContainers[%d]", i), pod.Spec.InitContainers[i].Name, pod.Spec.InitContainers[i].SecurityContext)
	}
	for i := range pod.Spec.Containers {
		visit(fmt.Sprintf("spec.containers[%d]", i), pod.Spec.Containers[i].Name, pod.Spec.Containers[i].SecurityContext)
	}
	for i := range pod.Spec.EphemeralContainers {
		visit(fmt.Sprintf("spec.ephemeralContainers[%d]", i), pod.Spec.EphemeralContainers[i].Name, pod.Spec.EphemeralContainers[i].SecurityContext)
	}
	return findings
}

func (hook *webhook) refuse(profile *corev1.AppArmorProfile) string {
	if profile == nil {
		return ""
	}
	switch profile.Type {
	case corev1.AppArmorProfileTypeRuntimeDefault:
		return ""
	case corev1.AppArmorProfileTypeLocalhost:
		if profile.LocalhostProfile == nil {
			return "names no Localhost profile"
		}
		return hook.inventory.refuse(*profile.LocalhostProfile)
	default:
		return "is " + string(profile.Type)
	}
}

func (nodes loaded) refuse(profile string) string {
	var without, notEnforcing []string
	for node, modes := range nodes {
		switch modes[profile] {
		case "":
			without = append(without, node)
		case "enforce", "kill":
		default:
			notEnforcing = append(notEnforcing, node)
		}
	}
	switch {
	case len(without) > 0:
		return fmt.Sprintf("uses %q, which is not loaded on %s", profile, some(without))
	case len(notEnforcing) > 0:
		return fmt.Sprintf("uses %q, which does not enforce on %s", profile, some(notEnforcing))
	default:
		return ""
	}
}

func some(nodes []string) string {
	sort.Strings(nodes)
	if len(nodes) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(nodes[:3], ", "), len(nodes)-3)
	}
	return strings.Join(nodes, ", ")
}

func fromAnnotation(value string) *corev1.AppArmorProfile {
	switch {
	case value == "unconfined":
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	case value == "runtime/default":
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
	case strings.HasPrefix(value, "localhost/"):
		name := strings.TrimPrefix(value, "localhost/")
		return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
	default:
		return nil
	}
}

func readInventory(file string) (loaded, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	nodes := loaded{}
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		var inventory corev1.ConfigMap
		if err := documents.Decode(&inventory); errors.Is(err, io.EOF) {
			return nodes, nil
		} else if err != nil {
			return nil, fmt.Errorf("inventory %s: %w", file, err)
		}
		for node, profiles := range inventory.Data {
			nodes[node] = profileModes(profiles)
		}
	}
}

// profileModes reads the kernel's list from the right, for names may hold spaces and parentheses.
func profileModes(list string) map[string]string {
	modes := map[string]string{}
	for line := range strings.Lines(list) {
		line = strings.TrimRight(line, "\n")
		if at := strings.LastIndex(line, " ("); at > 0 && strings.HasSuffix(line, ")") && !strings.HasPrefix(line, "#") {
			modes[line[:at]] = line[at+2 : len(line)-1]
		}
	}
	return modes
}

func selfSigned(caOut string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "typed-webhook"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	if caOut != "" {
		encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
		if err := os.WriteFile(caOut, encoded, 0o600); err != nil {
			return tls.Certificate{}, err
		}
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, nil
}
