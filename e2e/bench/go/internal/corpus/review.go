// Package corpus makes the input of the benches from a seed: admission reviews with the verdict each must get, the nodes and
// the inventory they are judged against, and manifests for the command line. The same seed gives the same bytes.
package corpus

import (
	"encoding/json"
	"math/rand/v2"

	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// Review is one request body and what the answer to it must say.
type Review struct {
	Body    []byte
	UID     string
	Allowed bool
	// Defaulted says that a mutating webhook must give the pod RuntimeDefault.
	Defaulted bool
	// Template says that it is a Deployment, whose template is judged, and Warned that its pods would be denied: it is allowed all
	// the same, with a warning.
	Template, Warned bool
	// Kind names how the pod declares its profile, for the message when a verdict is wrong.
	Kind string
}

// variant declares a profile on a pod; all of them are valid pods for the API server.
type variant struct {
	kind    string
	declare func(*corev1.Pod)
}

var allowed = []variant{
	{"pod level RuntimeDefault", podLevel(runtimeDefault())},
	{"every container RuntimeDefault", everyContainer(runtimeDefault())},
	{"pod level Localhost, loaded", podLevel(localhost(LoadedProfile))},
	{"pod level RuntimeDefault, one container Localhost, loaded", func(pod *corev1.Pod) {
		pod.Spec.SecurityContext.AppArmorProfile = runtimeDefault()
		last(pod).SecurityContext.AppArmorProfile = localhost(LoadedToo)
	}},
}

var denied = []variant{
	{"one container Unconfined", func(pod *corev1.Pod) {
		pod.Spec.SecurityContext.AppArmorProfile = runtimeDefault()
		last(pod).SecurityContext.AppArmorProfile = unconfined()
	}},
	{"pod level Unconfined", podLevel(unconfined())},
	// What a validating webhook sees of the old annotation: the API server has copied it into the field.
	{"annotation unconfined", func(pod *corev1.Pod) {
		pod.Spec.SecurityContext.AppArmorProfile = runtimeDefault()
		target := last(pod)
		target.SecurityContext.AppArmorProfile = unconfined()
		pod.Annotations[annotationPrefix+target.Name] = "unconfined"
	}},
	{"Localhost, loaded nowhere", podLevel(localhost(AbsentProfile))},
	{"Localhost, not loaded on three nodes", podLevel(localhost(PartialProfile))},
	{"Localhost in complain mode", func(pod *corev1.Pod) {
		pod.Spec.SecurityContext.AppArmorProfile = runtimeDefault()
		last(pod).SecurityContext.AppArmorProfile = localhost(LearningProfile)
	}},
}

// Reviews makes count reviews of about the given number of bytes each, in mixed order. One in five is a Deployment, the others
// are pods. What three of ten declare must be refused: two of these are pods, to be denied, and one is a Deployment, of which a warning is due.
func Reviews(seed uint64, count, bytes int) ([]Review, error) {
	reviews := make([]Review, 0, count)
	for i := range count {
		choice, allow := variantOf(i)
		template := i%5 == 1
		review, err := reviewOf(seed, i, bytes, choice, template)
		if err != nil {
			return nil, err
		}
		review.Allowed, review.Template, review.Warned = allow || template, template, !allow && template
		reviews = append(reviews, review)
	}
	random := rand.New(rand.NewPCG(seed, uint64(bytes)))
	random.Shuffle(len(reviews), func(a, b int) { reviews[a], reviews[b] = reviews[b], reviews[a] })
	return reviews, nil
}

// Undeclared makes reviews of pods that declare no profile at all, as a mutating webhook sees them: each must get the default.
func Undeclared(seed uint64, count, bytes int) ([]Review, error) {
	reviews := make([]Review, 0, count)
	for i := range count {
		review, err := reviewOf(seed, i, bytes, variant{"no profile declared", func(*corev1.Pod) {}}, false)
		if err != nil {
			return nil, err
		}
		review.Allowed, review.Defaulted = true, true
		reviews = append(reviews, review)
	}
	return reviews, nil
}

// Manifests makes count pods as they stand in files, without what only the server fills in, each of about the given number of
// JSON bytes. The second result says how many of them must be denied.
func Manifests(seed uint64, count, bytes int) ([][]byte, int, error) {
	manifests, mustDeny := make([][]byte, 0, count), 0
	for i := range count {
		choice, allow := variantOf(i)
		if !allow {
			mustDeny++
		}
		manifest, err := sized(seed, i, bytes, func(pod *corev1.Pod) ([]byte, error) {
			choice.declare(pod)
			pod.UID, pod.GenerateName, pod.OwnerReferences = "", "", nil
			pod.CreationTimestamp, pod.Status = metav1.Time{}, corev1.PodStatus{}
			return json.Marshal(pod)
		})
		if err != nil {
			return nil, 0, err
		}
		manifests = append(manifests, manifest)
	}
	return manifests, mustDeny, nil
}

// variantOf deals the variants so that any ten numbers from a multiple of ten on hold three that must be denied.
func variantOf(number int) (variant, bool) {
	round, place := number/10, number%10
	if place < 3 {
		return denied[(round*3+place)%len(denied)], false
	}
	return allowed[(round*7+place)%len(allowed)], true
}

// reviewOf makes one review and leaves open what must be answered.
func reviewOf(seed uint64, number, bytes int, choice variant, template bool) (Review, error) {
	request := uid(rand.New(rand.NewPCG(seed+1, uint64(number)<<32|uint64(bytes))))
	// Pods of 3 KB are those without managedFields: with them no realistic pod is that small.
	managed := bytes > 6000
	kind := choice.kind
	if template {
		kind += ", in a Deployment"
	}
	body, err := sized(seed, number, bytes, func(pod *corev1.Pod) ([]byte, error) {
		choice.declare(pod)
		if template {
			return envelope(deployment(pod), forDeployments, request, managed)
		}
		return envelope(pod, forPods, request, managed)
	})
	return Review{Body: body, UID: string(request), Kind: kind}, err
}

// sized renders pod number again and again, with more filler each time, until it is within two per cent of the wanted size.
func sized(seed uint64, number, bytes int, render func(*corev1.Pod) ([]byte, error)) ([]byte, error) {
	containers := 1
	if bytes > 6000 {
		containers = 2 + bytes/12000
	}
	filler, rendered := 0, []byte(nil)
	for range 12 {
		made := pod(rand.New(rand.NewPCG(seed, uint64(number)<<32|uint64(bytes))), number, containers, filler)
		var err error
		if rendered, err = render(made); err != nil {
			return nil, err
		}
		missing := bytes - len(rendered)
		if missing < bytes/50 {
			break
		}
		filler += max(1, missing/200)
	}
	return rendered, nil
}

// form is what the review of a kind of object says beside the object.
type form struct {
	kind    metav1.GroupVersionKind
	plural  metav1.GroupVersionResource
	version string
	manager string
	user    authenticationv1.UserInfo
}

var (
	forPods = form{
		kind: metav1.GroupVersionKind{Version: "v1", Kind: "Pod"}, plural: metav1.GroupVersionResource{Version: "v1", Resource: "pods"},
		version: "v1", manager: "kube-controller-manager",
		user: authenticationv1.UserInfo{Username: "system:serviceaccount:kube-system:replicaset-controller", UID: "6f8d9a7e-2c3b-4d5e-8f90-a1b2c3d4e5f6",
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"}},
	}
	forDeployments = form{
		kind: metav1.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, plural: metav1.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"},
		version: "apps/v1", manager: "deployer",
		user: authenticationv1.UserInfo{Username: "system:serviceaccount:delivery:deployer", UID: "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:delivery", "system:authenticated"}},
	}
)

func envelope(object metav1.Object, of form, request types.UID, managed bool) ([]byte, error) {
	if managed {
		if err := manage(object, of.manager, of.version); err != nil {
			return nil, err
		}
	}
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	dryRun := false
	return json.Marshal(&admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: request, Kind: of.kind, Resource: of.plural, RequestKind: &of.kind, RequestResource: &of.plural,
			Name: object.GetName(), Namespace: object.GetNamespace(), Operation: admissionv1.Create, UserInfo: of.user,
			Object: runtime.RawExtension{Raw: raw}, DryRun: &dryRun,
			Options: runtime.RawExtension{Raw: []byte(`{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}`)},
		},
	})
}

func podLevel(profile *corev1.AppArmorProfile) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Spec.SecurityContext.AppArmorProfile = profile }
}

func everyContainer(profile *corev1.AppArmorProfile) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		for i := range pod.Spec.InitContainers {
			pod.Spec.InitContainers[i].SecurityContext.AppArmorProfile = profile
		}
		for i := range pod.Spec.Containers {
			pod.Spec.Containers[i].SecurityContext.AppArmorProfile = profile
		}
	}
}

func last(pod *corev1.Pod) *corev1.Container { return &pod.Spec.Containers[len(pod.Spec.Containers)-1] }

func runtimeDefault() *corev1.AppArmorProfile {
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
}

func unconfined() *corev1.AppArmorProfile {
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
}

func localhost(name string) *corev1.AppArmorProfile {
	return &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: &name}
}
