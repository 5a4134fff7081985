// Package verdict is what the Go webhooks of the bench decide, whatever they decode a pod into.
package verdict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const annotationPrefix = "container.apparmor.security.beta.kubernetes.io/"

// Inventory maps a node's name to the mode of each profile loaded there.
type Inventory map[string]map[string]string

// Profile is a declaration by field; without a type nothing is declared.
type Profile struct{ Type, Localhost string }

// Pod is judged container by container; Findings holds a sentence for each declaration that a strict policy refuses.
type Pod struct {
	Nodes       Inventory
	Annotations map[string]string
	Level       Profile
	Findings    []string
}

// JudgeLevel looks at the profile of the pod itself.
func (pod *Pod) JudgeLevel() {
	if pod.Level.Type == "Unconfined" {
		pod.Findings = append(pod.Findings, "spec.securityContext is Unconfined")
	}
}

// Judge looks at one container of the given list: its field counts before its annotation, and that before the pod's field.
func (pod *Pod) Judge(list string, index int, name string, own Profile) {
	profile := pod.Level
	if own.Type != "" {
		profile = own
	} else if value, there := pod.Annotations[annotationPrefix+name]; there {
		profile = fromAnnotation(value)
	}
	if finding := pod.refuse(profile); finding != "" {
		pod.Findings = append(pod.Findings, fmt.Sprintf("spec.%s[%d] (%s) %s", list, index, name, finding))
	}
}

func (pod *Pod) refuse(profile Profile) string {
	switch profile.Type {
	case "", "RuntimeDefault":
		return ""
	case "Localhost":
		if profile.Localhost == "" {
			return "names no Localhost profile"
		}
		return pod.Nodes.refuse(profile.Localhost)
	default:
		return "is " + profile.Type
	}
}

func (nodes Inventory) refuse(profile string) string {
	var without, notEnforcing []string
	for node, modes := range nodes {
		switch modes[profile] {
		case "":
			without = append(without, node)
		case "enforce", "kill":
		default:
			notEnforcing = append(notEnforcing, node)
		}
	}
	switch {
	case len(without) > 0:
		return fmt.Sprintf("uses %q, which is not loaded on %s", profile, some(without))
	case len(notEnforcing) > 0:
		return fmt.Sprintf("uses %q, which does not enforce on %s", profile, some(notEnforcing))
	default:
		return ""
	}
}

func some(nodes []string) string {
	sort.Strings(nodes)
	if len(nodes) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(nodes[:3], ", "), len(nodes)-3)
	}
	return strings.Join(nodes, ", ")
}

func fromAnnotation(value string) Profile {
	switch {
	case value == "unconfined":
		return Profile{Type: "Unconfined"}
	case value == "runtime/default":
		return Profile{Type: "RuntimeDefault"}
	case strings.HasPrefix(value, "localhost/"):
		return Profile{Type: "Localhost", Localhost: strings.TrimPrefix(value, "localhost/")}
	default:
		return Profile{}
	}
}

// Of takes the profiles from inventory ConfigMaps.
func Of(maps []corev1.ConfigMap) Inventory {
	nodes := Inventory{}
	for _, inventory := range maps {
		for node, profiles := range inventory.Data {
			nodes[node] = ProfileModes(profiles)
		}
	}
	return nodes
}

// ReadInventory reads the inventory ConfigMaps of a file of YAML documents.
func ReadInventory(file string) (Inventory, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	var maps []corev1.ConfigMap
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		var inventory corev1.ConfigMap
		if err := documents.Decode(&inventory); errors.Is(err, io.EOF) {
			return Of(maps), nil
		} else if err != nil {
			return nil, fmt.Errorf("inventory %s: %w", file, err)
		}
		maps = append(maps, inventory)
	}
}

// ProfileModes reads the kernel's list from the right, for names may hold spaces and parentheses.
func ProfileModes(list string) map[string]string {
	modes := map[string]string{}
	for line := range strings.Lines(list) {
		line = strings.TrimRight(line, "\n")
		if at := strings.LastIndex(line, " ("); at > 0 && strings.HasSuffix(line, ")") && !strings.HasPrefix(line, "#") {
			modes[line[:at]] = line[at+2 : len(line)-1]
		}
	}
	return modes
}
