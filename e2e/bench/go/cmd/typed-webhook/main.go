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
	appsv1 "k8s.io/api/apps/v1"
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
	utilruntime.Must(appsv1.AddToScheme(scheme))
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
	object, _, err := hook.decoder.Decode(review.Request.Object.Raw, nil, nil)
	switch typed := object.(type) {
	case *corev1.Pod:
		if findings := hook.judge(typed.Annotations, &typed.Spec); len(findings) > 0 {
			deny(answer, strings.Join(findings, "; "))
		}
	case *appsv1.Deployment:
		// The pods that it makes are denied: the template alone runs nothing.
		if findings := hook.judge(typed.Spec.Template.Annotations, &typed.Spec.Template.Spec); len(findings) > 0 {
			answer.Warnings = []string{"its pods would be denied: " + strings.Join(findings, "; ")}
		}
	default:
		deny(answer, fmt.Sprintf("the object cannot be read: %v", err))
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

func (hook *webhook) judge(annotations map[string]string, spec *corev1.PodSpec) []string {
	judged := verdict.Pod{Nodes: hook.inventory, Annotations: annotations}
	if spec.SecurityContext != nil {
		judged.Level = profileOf(spec.SecurityContext.AppArmorProfile)
	}
	judged.JudgeLevel()
	for i := range spec.InitContainers {
		judged.Judge("initContainers", i, spec.InitContainers[i].Name, own(spec.InitContainers[i].SecurityContext))
	}
	for i := range spec.Containers {
		judged.Judge("containers", i, spec.Containers[i].Name, own(spec.Containers[i].SecurityContext))
	}
	for i := range spec.EphemeralContainers {
		judged.Judge("ephemeralContainers", i, spec.EphemeralContainers[i].Name, own(spec.EphemeralContainers[i].SecurityContext))
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
