package corpus

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	admissionv1 "k8s.io/api/admission/v1"
)

// Refuted sends reviews of every size to a webhook and gives a sentence for each answer that is not the one it must be.
func Refuted(webhook http.Handler) ([]string, error) {
	var wrong []string
	for _, size := range []int{3_000, 12_000, 60_000} {
		reviews, err := Reviews(1, 100, size)
		if err != nil {
			return nil, err
		}
		for _, review := range reviews {
			recorder := httptest.NewRecorder()
			webhook.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(review.Body)))
			var answer admissionv1.AdmissionReview
			if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || answer.Response == nil {
				return nil, fmt.Errorf("%d bytes, %s: no answer in %q", size, review.Kind, recorder.Body)
			}
			if answer.Response.Allowed != review.Allowed || string(answer.Response.UID) != review.UID {
				wrong = append(wrong, fmt.Sprintf("%d bytes, %s: allowed is %t, uid %s", size, review.Kind, answer.Response.Allowed, answer.Response.UID))
			}
		}
	}
	return wrong, nil
}
