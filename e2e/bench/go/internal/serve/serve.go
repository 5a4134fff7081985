// Package serve is the HTTPS server that the Go webhooks of the bench share, with its flags.
package serve

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"

	"apparmor-admission.dev/bench/internal/verdict"
)

const maxBody = 16 << 20

// Main reads the flags and serves /validate until the process is ended; it returns only an error.
func Main(name string, validate func(verdict.Inventory) http.HandlerFunc) error {
	listen := flag.String("listen", "127.0.0.1:9443", "address to serve on")
	inventoryFile := flag.String("inventory", "", "file with the inventory ConfigMaps (YAML documents)")
	caOut := flag.String("ca-out", "", "file to write the self-signed certificate to")
	flag.Parse()
	inventory, err := verdict.ReadInventory(*inventoryFile)
	if err != nil {
		return err
	}
	certificate, err := selfSigned(name, *caOut)
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /validate", validate(inventory))
	routes.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) {})
	server := &http.Server{
		Addr: *listen, Handler: routes, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		// In a cluster the API server speaks HTTP/1.1 to webhooks behind a Service; so does the bench.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	return server.ListenAndServeTLS("", "")
}

// Body reads a request's body up to a bound; where it cannot, it has answered and says false.
func Body(response http.ResponseWriter, request *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(response, request.Body, maxBody))
	if err != nil {
		http.Error(response, err.Error(), http.StatusRequestEntityTooLarge)
	}
	return body, err == nil
}

// JSON writes an encoded answer.
func JSON(response http.ResponseWriter, encoded []byte) {
	response.Header().Set("Content-Type", "application/json")
	if _, err := response.Write(encoded); err != nil {
		log.Print(err)
	}
}

func selfSigned(name, caOut string) (tls.Certificate, error) {
	certificate, key, err := SelfSigned(name)
	if err != nil {
		return tls.Certificate{}, err
	}
	if caOut != "" {
		if err := os.WriteFile(caOut, certificate, 0o600); err != nil {
			return tls.Certificate{}, err
		}
	}
	return tls.X509KeyPair(certificate, key)
}

// SelfSigned makes a certificate for localhost, which is its own CA, and its key, both in PEM.
func SelfSigned(name string) (certificate, key []byte, err error) {
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, pair.Public(), pair)
	if err != nil {
		return nil, nil, err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), nil
}
