package corpus

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const annotationPrefix = "container.apparmor.security.beta.kubernetes.io/"

var (
	teams  = []string{"checkout", "payments", "search", "catalog", "identity", "billing", "shipping", "ledger"}
	words  = []string{"cache", "queue", "store", "index", "relay", "audit", "event", "batch", "graph", "token", "quota", "route", "blob", "stream", "lease", "shard"}
	images = []string{"registry.example.com/%s/server:1.%d.%d", "registry.example.com/%s/worker@sha256:%064x"}
	epoch  = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
)

// Namespaces are those of the corpus's pods.
func Namespaces() []string { return slices.Clone(teams) }

// pod makes a pod as the API server stores it: defaults filled in, a controller as its owner, a service-account token volume.
// Containers and filler let the caller steer the size; a pod of one container is a plain one, without ports and probes.
func pod(random *rand.Rand, number, containers, filler int) *corev1.Pod {
	team := pick(random, teams)
	app := pick(random, words)
	owner := fmt.Sprintf("%s-%s-%08x", team, app, random.Uint32())
	name := fmt.Sprintf("%s-%05x", owner, number)
	yes, no := true, false
	user := int64(10000 + random.IntN(5000))
	grace, expiry, mode := int64(30), int64(3607), int32(420)
	result := &corev1.Pod{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{
			Name: name, GenerateName: owner + "-", Namespace: team, UID: uid(random), CreationTimestamp: metav1.NewTime(epoch.Add(time.Duration(number) * time.Second)),
			Labels: map[string]string{
				"app.kubernetes.io/name": app, "app.kubernetes.io/instance": team + "-" + app, "app.kubernetes.io/version": fmt.Sprintf("1.%d.0", random.IntN(30)),
				"app.kubernetes.io/part-of": team, "pod-template-hash": fmt.Sprintf("%08x", random.Uint32()),
			},
			Annotations: map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": "8080", "checksum/config": fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: owner, UID: uid(random),
				Controller: &yes, BlockOwnerDeletion: &yes}},
		},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyAlways, DNSPolicy: corev1.DNSClusterFirst, ServiceAccountName: app, DeprecatedServiceAccount: app,
			SchedulerName: corev1.DefaultSchedulerName, TerminationGracePeriodSeconds: &grace, EnableServiceLinks: &no, NodeSelector: map[string]string{"kubernetes.io/os": "linux"},
			SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: &yes, RunAsUser: &user, FSGroup: &user,
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
			Tolerations: []corev1.Toleration{
				{Key: "node.kubernetes.io/not-ready", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: seconds(300)},
				{Key: "node.kubernetes.io/unreachable", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: seconds(300)},
			},
			Volumes: []corev1.Volume{{Name: "kube-api-access-x7k2p", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{DefaultMode: &mode,
				Sources: []corev1.VolumeProjection{
					{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: &expiry, Path: "token"}},
					{ConfigMap: &corev1.ConfigMapProjection{LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
						Items: []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}}}},
				}}}}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodPending, QOSClass: corev1.PodQOSBurstable},
	}
	for i := range containers {
		if i >= 2 && i%3 == 2 {
			result.Spec.InitContainers = append(result.Spec.InitContainers, container(random, team, fmt.Sprintf("init-%s-%d", pick(random, words), i), false))
		} else {
			result.Spec.Containers = append(result.Spec.Containers, container(random, team, fmt.Sprintf("%s-%d", pick(random, words), i), containers > 1))
		}
		volume := fmt.Sprintf("config-%d", i)
		result.Spec.Volumes = append(result.Spec.Volumes, corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: app + "-" + volume}, DefaultMode: &mode}}})
	}
	if containers == 1 {
		plain(result)
	}
	fill(random, result, filler)
	return result
}

// plain takes away what small pods lack, which leaves room for some environment variables in 3 KB.
func plain(pod *corev1.Pod) {
	delete(pod.Annotations, "prometheus.io/scrape")
	delete(pod.Annotations, "prometheus.io/port")
	delete(pod.Labels, "app.kubernetes.io/instance")
	delete(pod.Labels, "app.kubernetes.io/part-of")
	pod.Spec.NodeSelector = nil
	pod.Spec.Volumes = pod.Spec.Volumes[:1]
	pod.Spec.Containers[0].VolumeMounts = pod.Spec.Containers[0].VolumeMounts[:1]
}

// fill spreads environment variables over the containers and gives big pods the long annotations that injectors leave on them.
func fill(random *rand.Rand, pod *corev1.Pod, variables int) {
	if variables > 100 {
		status := make([]string, 0, 40)
		for i := range 40 {
			status = append(status, fmt.Sprintf("\"%s-%d\":\"%s\"", pick(random, words), i, sentence(random, 8)))
		}
		pod.Annotations["mesh.example.com/status"] = "{" + strings.Join(status, ",") + "}"
	}
	all := make([]*corev1.Container, 0)
	for i := range pod.Spec.InitContainers {
		all = append(all, &pod.Spec.InitContainers[i])
	}
	for i := range pod.Spec.Containers {
		all = append(all, &pod.Spec.Containers[i])
	}
	for i := range variables {
		target := all[i%len(all)]
		target.Env = append(target.Env, variable(random, len(target.Env)))
	}
}

func variable(random *rand.Rand, number int) corev1.EnvVar {
	name := fmt.Sprintf("%s_%s_%d", strings.ToUpper(pick(random, words)), strings.ToUpper(pick(random, words)), number)
	switch random.IntN(5) {
	case 0:
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: pick(random, words) + "-credentials"}, Key: strings.ToLower(name)}}}
	case 1:
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}}}
	default:
		return corev1.EnvVar{Name: name, Value: sentence(random, 4+random.IntN(6))}
	}
}

func container(random *rand.Rand, team, name string, probes bool) corev1.Container {
	no, yes := false, true
	image := pick(random, images)
	if strings.Contains(image, "sha256") {
		image = fmt.Sprintf(image, team, random.Uint64())
	} else {
		image = fmt.Sprintf(image, team, random.IntN(40), random.IntN(10))
	}
	result := corev1.Container{
		Name: name, Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Args: []string{"--config=/etc/" + name + "/config.yaml", "--log-level=info", "--listen=:8080"},
		TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: corev1.TerminationMessageReadFile,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi")},
			Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("512Mi")},
		},
		SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: &no, ReadOnlyRootFilesystem: &yes, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "kube-api-access-x7k2p", MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true},
			{Name: "config-0", MountPath: "/etc/" + name, ReadOnly: true},
		},
	}
	if probes {
		result.Ports = []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}, {Name: "metrics", ContainerPort: 9090, Protocol: corev1.ProtocolTCP}}
		probe := corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("http"), Scheme: corev1.URISchemeHTTP}},
			InitialDelaySeconds: 5, TimeoutSeconds: 1, PeriodSeconds: 10, SuccessThreshold: 1, FailureThreshold: 3}
		result.LivenessProbe, result.ReadinessProbe = &probe, &probe
		result.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/bin/sleep", "5"}}}}
	}
	return result
}

// deployment makes a Deployment whose template is the pod, without what only a pod has: the token's volume and the tolerations
// that admission adds.
func deployment(pod *corev1.Pod) *appsv1.Deployment {
	replicas, history, deadline := int32(3), int32(10), int32(600)
	quarter := intstr.FromString("25%")
	spec := pod.Spec
	spec.Tolerations = nil
	spec.Volumes = spec.Volumes[1:]
	for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range containers {
			containers[i].VolumeMounts = containers[i].VolumeMounts[1:]
		}
	}
	name := pod.Namespace + "-" + pod.Labels["app.kubernetes.io/name"]
	selector := map[string]string{"app.kubernetes.io/name": pod.Labels["app.kubernetes.io/name"]}
	labels := maps.Clone(pod.Labels)
	delete(labels, "pod-template-hash")
	return &appsv1.Deployment{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: pod.Namespace, UID: pod.UID, CreationTimestamp: pod.CreationTimestamp, Generation: 1, Labels: labels},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, RevisionHistoryLimit: &history, ProgressDeadlineSeconds: &deadline, Selector: &metav1.LabelSelector{MatchLabels: selector},
			Strategy: appsv1.DeploymentStrategy{Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: &quarter, MaxUnavailable: &quarter}},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: pod.Annotations}, Spec: spec},
		},
	}
}

// manage adds the managedFields that the API server would have recorded for an object, made from the object itself.
func manage(object metav1.Object, manager, version string) error {
	raw, err := json.Marshal(object)
	if err != nil {
		return err
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return err
	}
	metadata := tree["metadata"].(map[string]any)
	owned := map[string]any{"f:metadata": map[string]any{}, "f:spec": fieldsOf(tree["spec"])}
	for _, key := range []string{"generateName", "labels", "annotations", "ownerReferences"} {
		if value, there := metadata[key]; there {
			owned["f:metadata"].(map[string]any)["f:"+key] = fieldsOf(value)
		}
	}
	fields, err := json.Marshal(owned)
	if err != nil {
		return err
	}
	at := object.GetCreationTimestamp()
	object.SetManagedFields([]metav1.ManagedFieldsEntry{{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: version, Time: &at,
		FieldsType: "FieldsV1", FieldsV1: &metav1.FieldsV1{Raw: fields}}})
	return nil
}

func fieldsOf(value any) map[string]any {
	result := map[string]any{}
	switch typed := value.(type) {
	case map[string]any:
		for key, inner := range typed {
			result["f:"+key] = fieldsOf(inner)
		}
	case []any:
		for _, element := range typed {
			if object, ok := element.(map[string]any); ok && object["name"] != nil {
				key, _ := json.Marshal(map[string]any{"name": object["name"]})
				inner := fieldsOf(object)
				inner["."] = map[string]any{}
				result["k:"+string(key)] = inner
			}
		}
	}
	return result
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func seconds(value int64) *int64 { return &value }

func uid(random *rand.Rand) types.UID {
	return types.UID(fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", random.Uint32(), random.IntN(1<<16), random.IntN(1<<12), random.IntN(1<<12), random.Uint64N(1<<48)))
}

func sentence(random *rand.Rand, count int) string {
	parts := make([]string, count)
	for i := range parts {
		parts[i] = pick(random, words)
	}
	return strings.Join(parts, "-")
}
