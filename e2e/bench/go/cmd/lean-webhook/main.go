// Command lean-webhook is the second yardstick of the benches: the same verdicts as typed-webhook, decoded with encoding/json
// into structs of its own that hold only what is looked at.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"strings"

	"apparmor-admission.dev/bench/internal/serve"
	"apparmor-admission.dev/bench/internal/verdict"
)

type review struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Request    *request `json:"request"`
}

type request struct {
	UID  string `json:"uid"`
	Kind struct {
		Kind string `json:"kind"`
	} `json:"kind"`
	Object pod `json:"object"`
}

// pod is a Pod, or a Deployment, of which only the template counts.
type pod struct {
	Metadata struct {
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	Spec struct {
		SecurityContext     securityContext `json:"securityContext"`
		InitContainers      []container     `json:"initContainers"`
		Containers          []container     `json:"containers"`
		EphemeralContainers []container     `json:"ephemeralContainers"`
		Template            *pod            `json:"template"`
	} `json:"spec"`
}

type container struct {
	Name            string          `json:"name"`
	SecurityContext securityContext `json:"securityContext"`
}

type securityContext struct {
	AppArmorProfile struct {
		Type             string `json:"type"`
		LocalhostProfile string `json:"localhostProfile"`
	} `json:"appArmorProfile"`
}

type answer struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Response   response `json:"response"`
}

type response struct {
	UID      string   `json:"uid"`
	Allowed  bool     `json:"allowed"`
	Status   *status  `json:"status,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

type status struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Reason  string `json:"reason"`
	Code    int    `json:"code"`
}

func main() { log.Fatal(serve.Main("lean-webhook", validator)) }

func validator(inventory verdict.Inventory) http.HandlerFunc {
	return func(writer http.ResponseWriter, asked *http.Request) {
		body, read := serve.Body(writer, asked)
		if !read {
			return
		}
		var decoded review
		if err := json.Unmarshal(body, &decoded); err != nil || decoded.Request == nil {
			http.Error(writer, fmt.Sprintf("not an AdmissionReview: %v", err), http.StatusBadRequest)
			return
		}
		given := answer{APIVersion: decoded.APIVersion, Kind: decoded.Kind, Response: response{UID: decoded.Request.UID, Allowed: true}}
		template := decoded.Request.Object.Spec.Template
		if decoded.Request.Kind.Kind == "Deployment" && template != nil {
			if findings := judge(inventory, template); len(findings) > 0 {
				given.Response.Warnings = []string{"its pods would be denied: " + strings.Join(findings, "; ")}
			}
		} else if findings := judge(inventory, &decoded.Request.Object); len(findings) > 0 {
			given.Response.Allowed = false
			given.Response.Status = &status{Status: "Failure", Message: strings.Join(findings, "; "), Reason: "Forbidden", Code: http.StatusForbidden}
		}
		encoded, err := json.Marshal(&given)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusInternalServerError)
			return
		}
		serve.JSON(writer, encoded)
	}
}

func judge(inventory verdict.Inventory, pod *pod) []string {
	judged := verdict.Pod{Nodes: inventory, Annotations: pod.Metadata.Annotations, Level: profileOf(pod.Spec.SecurityContext)}
	judged.JudgeLevel()
	visit := func(list string, containers []container) {
		for i := range containers {
			judged.Judge(list, i, containers[i].Name, profileOf(containers[i].SecurityContext))
		}
	}
	visit("initContainers", pod.Spec.InitContainers)
	visit("containers", pod.Spec.Containers)
	visit("ephemeralContainers", pod.Spec.EphemeralContainers)
	return judged.Findings
}

func profileOf(context securityContext) verdict.Profile {
	return verdict.Profile{Type: context.AppArmorProfile.Type, Localhost: context.AppArmorProfile.LocalhostProfile}
}
