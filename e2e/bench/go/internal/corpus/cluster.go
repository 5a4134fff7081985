package corpus

import (
	"fmt"
	"math/rand/v2"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Profiles that the pods of the corpus name. What is loaded where decides the expected verdict.
const (
	// LoadedProfile is in enforce mode on every node.
	LoadedProfile = "k8s-web"
	// LoadedToo is in enforce mode on every node.
	LoadedToo = "k8s-worker"
	// PartialProfile is loaded on all nodes but three.
	PartialProfile = "k8s-canary"
	// LearningProfile is loaded on every node, but only logs (complain mode).
	LearningProfile = "k8s-learning"
	// AbsentProfile is loaded nowhere.
	AbsentProfile = "k8s-retired"
)

const controlPlanes = 3

// NodeName is the name of node number i, counted from zero.
func NodeName(i int) string { return fmt.Sprintf("node-%05d", i) }

// Nodes makes the Node objects of a cluster: the first three are tainted control planes, the rest are workers in three zones.
func Nodes(count int) []corev1.Node {
	nodes := make([]corev1.Node, 0, count)
	for i := range count {
		name := NodeName(i)
		node := corev1.Node{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"},
			ObjectMeta: metav1.ObjectMeta{
				Name: name,
				Labels: map[string]string{
					"kubernetes.io/hostname":           name,
					"kubernetes.io/os":                 "linux",
					"kubernetes.io/arch":               "amd64",
					"topology.kubernetes.io/region":    "eu-central-1",
					"topology.kubernetes.io/zone":      "eu-central-1" + string(rune('a'+i%3)),
					"node.kubernetes.io/instance-type": []string{"m6i.xlarge", "m6i.2xlarge", "c6i.2xlarge"}[i%3],
				},
			},
			Status: corev1.NodeStatus{
				Capacity: corev1.ResourceList{
					corev1.ResourceCPU:    resource.MustParse("8"),
					corev1.ResourceMemory: resource.MustParse("32Gi"),
					corev1.ResourcePods:   resource.MustParse("110"),
				},
				Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady"}},
				NodeInfo: corev1.NodeSystemInfo{
					KernelVersion: "6.8.0-31-generic", OSImage: "Ubuntu 24.04 LTS", ContainerRuntimeVersion: "containerd://2.1.4",
					KubeletVersion: "v1.35.4", OperatingSystem: "linux", Architecture: "amd64",
				},
			},
		}
		if i < controlPlanes {
			node.Labels["node-role.kubernetes.io/control-plane"] = ""
			node.Spec.Taints = []corev1.Taint{{Key: "node-role.kubernetes.io/control-plane", Effect: corev1.TaintEffectNoSchedule}}
		}
		nodes = append(nodes, node)
	}
	return nodes
}

// Inventory makes one ConfigMap a node, each with the node's list of loaded profiles as the kernel prints it.
//
// The lists carry no time of observation, so that they are never stale and the files are the same on every run.
func Inventory(seed uint64, nodes, profiles int) []corev1.ConfigMap {
	random := rand.New(rand.NewPCG(seed, 1))
	shared := []string{"cri-containerd.apparmor.d (enforce)", LoadedProfile + " (enforce)", LoadedToo + " (enforce)", LearningProfile + " (complain)",
		"MongoDB Compass (unconfined)", "/usr/bin/man (enforce)", "man_filter (enforce)", "nvidia_modprobe//kmod (enforce)"}
	for i := len(shared); i < profiles; i++ {
		shared = append(shared, fmt.Sprintf("k8s-app-%04d (%s)", i, []string{"enforce", "enforce", "enforce", "complain"}[random.IntN(4)]))
	}
	maps := make([]corev1.ConfigMap, 0, nodes)
	for i := range nodes {
		lines := append([]string{"# apparmor: enabled", "# kernel: 6.8.0-31-generic"}, shared...)
		if i < nodes-3 {
			lines = append(lines, PartialProfile+" (enforce)")
		}
		maps = append(maps, corev1.ConfigMap{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{
				Name: "apparmor-inventory-" + NodeName(i), Namespace: "apparmor-admission",
				Labels: map[string]string{"apparmor-admission.dev/inventory": "true"},
			},
			Data: map[string]string{NodeName(i): strings.Join(lines, "\n") + "\n"},
		})
	}
	return maps
}
