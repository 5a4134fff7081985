package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"

	"apparmor-admission.dev/bench/internal/corpus"
)

func TestEveryReviewOfTheCorpusGetsItsVerdict(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, admissionv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	inventory := loaded{}
	for _, configMap := range corpus.Inventory(1, 100, 60) {
		for node, profiles := range configMap.Data {
			inventory[node] = profileModes(profiles)
		}
	}
	hook := &webhook{decoder: serializer.NewCodecFactory(scheme).UniversalDeserializer(), inventory: inventory}
	for _, size := range []int{3_000, 12_000, 60_000} {
		reviews, err := corpus.Reviews(1, 100, size)
		if err != nil {
			t.Fatal(err)
		}
		for _, review := range reviews {
			recorder := httptest.NewRecorder()
			hook.validate(recorder, httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(review.Body)))
			var answer admissionv1.AdmissionReview
			if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
				t.Fatal(err)
			}
			if answer.Response.Allowed != review.Allowed || string(answer.Response.UID) != review.UID {
				t.Errorf("%d bytes, %s: allowed is %t, uid %s", size, review.Kind, answer.Response.Allowed, answer.Response.UID)
			}
		}
	}
}

func TestTheKernelsListIsReadFromTheRight(t *testing.T) {
	modes := profileModes("# apparmor: enabled\nMongoDB Compass (unconfined)\nk8s (x) (enforce)\n\n")
	if len(modes) != 2 || modes["MongoDB Compass"] != "unconfined" || modes["k8s (x)"] != "enforce" {
		t.Errorf("read %v", modes)
	}
}
