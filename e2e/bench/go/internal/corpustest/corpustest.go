// Package corpustest is what tests of the Go webhooks share.
package corpustest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"

	"apparmor-admission.dev/bench/internal/corpus"
	"apparmor-admission.dev/bench/internal/verdict"
)

// Verdicts sends reviews of every size to a webhook on the corpus's nodes and reports each answer that is not the one it must be.
func Verdicts(t *testing.T, validator func(verdict.Inventory) http.HandlerFunc) {
	t.Helper()
	webhook := validator(verdict.Of(corpus.Inventory(1, 100, 60)))
	for _, size := range []int{3_000, 12_000, 60_000} {
		reviews, err := corpus.Reviews(1, 100, size)
		if err != nil {
			t.Fatal(err)
		}
		for _, review := range reviews {
			recorder := httptest.NewRecorder()
			webhook.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(review.Body)))
			var answer admissionv1.AdmissionReview
			if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || answer.Response == nil {
				t.Fatalf("%d bytes, %s: no answer in %q", size, review.Kind, recorder.Body)
			}
			if answer.Response.Allowed != review.Allowed || string(answer.Response.UID) != review.UID {
				t.Errorf("%d bytes, %s: allowed is %t, uid %s", size, review.Kind, answer.Response.Allowed, answer.Response.UID)
			}
			if len(answer.Response.Warnings) > 0 != review.Warned {
				t.Errorf("%d bytes, %s: warnings %q", size, review.Kind, answer.Response.Warnings)
			}
		}
	}
}
