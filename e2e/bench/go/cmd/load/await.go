package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"apparmor-admission.dev/bench/internal/corpus"
)

// await waits until a server says that it is ready, then sends it one review that must be denied. It prints
// ready=SECONDS,first=SECONDS: from the given start to the first ready answer, and from there to the verdict, with the TLS
// handshake.
func await(arguments []string) error {
	flags := flag.NewFlagSet("load await", flag.ContinueOnError)
	since := flags.Float64("since", 0, "when the process was started, in seconds since 1970")
	pid := flags.Int("pid", 0, "its process")
	ready := flags.String("ready", "", "URL that answers 200 once it is ready")
	address := flags.String("url", "", "https URL that reviews are sent to")
	ca := flags.String("ca", "", "file with its CA, written by the time it is ready")
	verdicts := flags.String("verdicts", "", "own: the server has rules of its own, and its first verdict may be either")
	limit := flags.Duration("limit", time.Minute, "how long to wait")
	seed := flags.Uint64("seed", 20261122, "seed of the review")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	reviews, err := corpus.Reviews(*seed, 10, 3_000)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if answer, err := client.Get(*ready); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				break
			}
		}
		if _, err := os.Stat("/proc/" + strconv.Itoa(*pid)); err != nil {
			return errors.New("the server ended before it was ready")
		}
		if time.Since(start) > *limit {
			return fmt.Errorf("%s did not answer 200 within %s", *ready, *limit)
		}
	}
	at := time.Now()
	to, err := newEndpoint(*address, *ca)
	if err != nil {
		return err
	}
	to.ownVerdicts = *verdicts == "own"
	over, err := to.connect()
	if err != nil {
		return err
	}
	defer over.close()
	for i := range reviews {
		if !reviews[i].Allowed {
			if err := over.post(&reviews[i]); err != nil {
				return err
			}
			break
		}
	}
	first := time.Since(at)
	fmt.Printf("ready=%.3f,first=%.4f\n", float64(at.UnixNano())/1e9-*since, first.Seconds())
	return nil
}
