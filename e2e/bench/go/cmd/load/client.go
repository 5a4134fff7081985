package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"

	"apparmor-admission.dev/bench/internal/corpus"
)

// exchangeTimeout bounds one request and its answer, so that a server that hangs ends the run with a message.
const exchangeTimeout = 30 * time.Second

// endpoint is where reviews are sent.
type endpoint struct {
	url  *url.URL
	tls  *tls.Config
	head []byte
	// ownVerdicts is for a server with other rules: it must answer each review, but may allow and deny what it will.
	ownVerdicts bool
}

// newEndpoint prepares requests to an HTTPS URL. With a CA file the server's certificate is verified, else it is not.
func newEndpoint(address, caFile string) (*endpoint, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if parsed.Scheme != "https" || parsed.Port() == "" {
		return nil, fmt.Errorf("%s: an https URL with a port is needed", address)
	}
	config := &tls.Config{ServerName: parsed.Hostname(), NextProtos: []string{"http/1.1"}, InsecureSkipVerify: caFile == ""}
	if caFile != "" {
		encoded, err := os.ReadFile(caFile)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(encoded) {
			return nil, fmt.Errorf("%s holds no certificate", caFile)
		}
	}
	head := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: kube-apiserver-admission\r\nAccept: application/json, */*\r\nContent-Type: application/json\r\n",
		parsed.RequestURI(), parsed.Host)
	return &endpoint{url: parsed, tls: config, head: []byte(head)}, nil
}

// connection is one keep-alive connection; it writes prepared bytes and parses no more of an answer than the verdict, for the
// generator shares the machine's cores with the server that it measures.
type connection struct {
	endpoint *endpoint
	stream   *tls.Conn
	reader   *bufio.Reader
	request  bytes.Buffer
}

func (to *endpoint) connect() (*connection, error) {
	raw, err := net.DialTimeout("tcp", to.url.Host, exchangeTimeout)
	if err != nil {
		return nil, err
	}
	stream := tls.Client(raw, to.tls)
	if err := stream.Handshake(); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return &connection{endpoint: to, stream: stream, reader: bufio.NewReaderSize(stream, 16<<10)}, nil
}

// connectAll opens so many connections; what closes them all comes with them, also where an error does.
func (to *endpoint) connectAll(count int) (connections []*connection, closeAll func(), err error) {
	closeAll = func() {
		for _, one := range connections {
			one.close()
		}
	}
	for range count {
		one, err := to.connect()
		if err != nil {
			return connections, closeAll, err
		}
		connections = append(connections, one)
	}
	return connections, closeAll, nil
}

func (over *connection) close() { _ = over.stream.Close() }

// post sends a review and fails unless the answer is the verdict that the review must get.
func (over *connection) post(review *corpus.Review) error {
	if err := over.stream.SetDeadline(time.Now().Add(exchangeTimeout)); err != nil {
		return err
	}
	over.request.Reset()
	over.request.Write(over.endpoint.head)
	fmt.Fprintf(&over.request, "Content-Length: %d\r\n\r\n", len(review.Body))
	over.request.Write(review.Body)
	if _, err := over.stream.Write(over.request.Bytes()); err != nil {
		return err
	}
	response, err := http.ReadResponse(over.reader, nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.Close {
		return errors.New("the server closes the connection after an answer: keep-alive is what is measured")
	}
	return over.endpoint.verify(review, response.StatusCode, body)
}

func (to *endpoint) verify(review *corpus.Review, status int, body []byte) error {
	var answer struct {
		Response *struct {
			UID      string          `json:"uid"`
			Allowed  bool            `json:"allowed"`
			Status   json.RawMessage `json:"status"`
			Warnings []string        `json:"warnings"`
			// Patch is base64 on the wire.
			Patch     []byte `json:"patch"`
			PatchType string `json:"patchType"`
		} `json:"response"`
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s: HTTP %d: %.300s", review.Kind, status, body)
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("%s: the answer is not JSON: %w", review.Kind, err)
	}
	switch {
	case answer.Response == nil:
		return fmt.Errorf("%s: no response in %.300s", review.Kind, body)
	case answer.Response.UID != review.UID:
		return fmt.Errorf("%s: uid %s was answered with %s", review.Kind, review.UID, answer.Response.UID)
	case answer.Response.Allowed != review.Allowed && !to.ownVerdicts:
		return fmt.Errorf("%s: allowed is %t, must be %t; status %s", review.Kind, answer.Response.Allowed, review.Allowed, answer.Response.Status)
	case review.Template && len(answer.Response.Warnings) > 0 != review.Warned && !to.ownVerdicts:
		return fmt.Errorf("%s: a warning must be given: %t; it is %q", review.Kind, review.Warned, answer.Response.Warnings)
	case review.Defaulted:
		return verifyDefault(review, answer.Response.PatchType, answer.Response.Patch)
	default:
		return nil
	}
}

// verifyDefault wants the one operation that gives a pod RuntimeDefault beside what its securityContext holds.
func verifyDefault(review *corpus.Review, kind string, patch []byte) error {
	type operation struct {
		Op    string                 `json:"op"`
		Path  string                 `json:"path"`
		Value corev1.AppArmorProfile `json:"value"`
	}
	want := operation{"add", "/spec/securityContext/appArmorProfile", corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}}
	var operations []operation
	if kind != "JSONPatch" || json.Unmarshal(patch, &operations) != nil || len(operations) != 1 || operations[0] != want {
		return fmt.Errorf("%s: the patch must add RuntimeDefault to the pod, but is of type %q: %.300s", review.Kind, kind, patch)
	}
	return nil
}
