package corpus

import (
	"bytes"
	"encoding/json"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	first, second := reviews(t, 12_000), reviews(t, 12_000)
	for i := range first {
		if !bytes.Equal(first[i].Body, second[i].Body) {
			t.Fatalf("review %d differs", i)
		}
	}
}

func TestOneInFiveIsADeploymentAndThreeOfTenAreRefused(t *testing.T) {
	denied, warned, templates := 0, 0, 0
	for _, review := range reviews(t, 3_000) {
		if !review.Allowed {
			denied++
		}
		if review.Warned {
			warned++
		}
		if review.Template {
			templates++
		}
		if review.Template && !review.Allowed || review.Warned && !review.Template {
			t.Errorf("%+v", review.Kind)
		}
	}
	if denied != 20 || warned != 10 || templates != 20 {
		t.Fatalf("of 100 %d are to be denied, %d to be warned of, %d are Deployments", denied, warned, templates)
	}
}

func TestReviewsHaveTheSizeAskedFor(t *testing.T) {
	for _, size := range []int{3_000, 12_000, 60_000} {
		for _, review := range reviews(t, size) {
			if length := len(review.Body); length < size*95/100 || length > size*105/100 {
				t.Errorf("%s: %d bytes where %d were asked for", review.Kind, length, size)
			}
		}
	}
}

func TestReviewsHoldPodsWithUniqueNamesInsideThemAndTheirOwnUID(t *testing.T) {
	for _, review := range reviews(t, 60_000) {
		var decoded admissionv1.AdmissionReview
		if err := json.Unmarshal(review.Body, &decoded); err != nil {
			t.Fatal(err)
		}
		if string(decoded.Request.UID) != review.UID {
			t.Fatalf("uid %s in the body, %s beside it", decoded.Request.UID, review.UID)
		}
		var pod corev1.Pod
		if err := json.Unmarshal(decoded.Request.Object.Raw, &pod); err != nil {
			t.Fatal(err)
		}
		if review.Template {
			var deployment appsv1.Deployment
			if err := json.Unmarshal(decoded.Request.Object.Raw, &deployment); err != nil {
				t.Fatal(err)
			}
			pod.Spec = deployment.Spec.Template.Spec
		}
		if len(pod.Spec.Containers) == 0 || decoded.Request.Kind.Kind != pod.Kind || (pod.Kind == "Deployment") != review.Template {
			t.Errorf("%s in a review of a %s with %d containers", pod.Kind, decoded.Request.Kind.Kind, len(pod.Spec.Containers))
		}
		seen := map[string]bool{}
		for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
			if seen[container.Name] {
				t.Fatalf("%s has two containers %s", pod.Name, container.Name)
			}
			seen[container.Name] = true
		}
	}
}

func TestPodsWithoutADeclarationNameAppArmorNowhere(t *testing.T) {
	undeclared, err := Undeclared(1, 30, 12_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, review := range undeclared {
		if bytes.Contains(bytes.ToLower(review.Body), []byte("apparmor")) || !review.Allowed || !review.Defaulted {
			t.Errorf("%.200s", review.Body)
		}
	}
}

func reviews(t *testing.T, size int) []Review {
	t.Helper()
	made, err := Reviews(1, 100, size)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
