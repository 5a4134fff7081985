// Command typed-webhook is the yardstick of the benches: a small admission webhook written the ordinary way. It decodes the
// review and the pod into the k8s.io/api types, looks at every AppArmor declaration and at the profiles loaded on the nodes,
// and answers over TLS. It judges less than the product does: no node selection, no policies, no exceptions, no metrics.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"

	"apparmor-admission.dev/bench/internal/serve"
	"apparmor-admission.dev/bench/internal/verdict"
)

type webhook struct {
	decoder   runtime.Decoder
	inventory verdict.Inventory
}

func main() { log.Fatal(serve.Main("typed-webhook", validator)) }

func validator(inventory verdict.Inventory) http.HandlerFunc {
	scheme := runtime.NewScheme()
	utilruntime.Must(corev1.AddToScheme(scheme))
	utilruntime.Must(admissionv1.AddToScheme(scheme))
	hook := &webhook{decoder: serializer.NewCodecFactory(scheme).UniversalDeserializer(), inventory: inventory}
	return hook.validate
}

func (hook *webhook) validate(response http.ResponseWriter, request *http.Request) {
	body, read := serve.Body(response, request)
	if !read {
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
	serve.JSON(response, encoded)
}

func deny(answer *admissionv1.AdmissionResponse, message string) {
	answer.Allowed = false
	answer.Result = &metav1.Status{Status: metav1.StatusFailure, Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: message}
}

func (hook *webhook) judge(pod *corev1.Pod) []string {
	judged := verdict.Pod{Nodes: hook.inventory, Annotations: pod.Annotations}
	if pod.Spec.SecurityContext != nil {
		judged.Level = profileOf(pod.Spec.SecurityContext.AppArmorProfile)
	}
	judged.JudgeLevel()
	for i := range pod.Spec.InitContainers {
		judged.Judge("initContainers", i, pod.Spec.InitContainers[i].Name, own(pod.Spec.InitContainers[i].SecurityContext))
	}
	for i := range pod.Spec.Containers {
		judged.Judge("containers", i, pod.Spec.Containers[i].Name, own(pod.Spec.Containers[i].SecurityContext))
	}
	for i := range pod.Spec.EphemeralContainers {
		judged.Judge("ephemeralContainers", i, pod.Spec.EphemeralContainers[i].Name, own(pod.Spec.EphemeralContainers[i].SecurityContext))
	}
	return judged.Findings
}

func own(context *corev1.SecurityContext) verdict.Profile {
	if context == nil {
		return verdict.Profile{}
	}
	return profileOf(context.AppArmorProfile)
}

func profileOf(profile *corev1.AppArmorProfile) verdict.Profile {
	if profile == nil {
		return verdict.Profile{}
	}
	result := verdict.Profile{Type: string(profile.Type)}
	if profile.LocalhostProfile != nil {
		result.Localhost = *profile.LocalhostProfile
	}
	return result
}
