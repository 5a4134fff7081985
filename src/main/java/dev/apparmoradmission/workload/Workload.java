package dev.apparmoradmission.workload;

import dev.apparmoradmission.profile.Profile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A pod, or the pods that a template will make.
 *
 * @param kind what it is
 * @param namespace its namespace; {@code default} where the manifest gives none
 * @param name its name, or {@code generateName}; may be empty
 * @param deleting whether {@code deletionTimestamp} is set on the object
 * @param labels the pod's (or pod template's) labels
 * @param annotations the pod's (or pod template's) annotations
 * @param spec the pod spec
 */
public record Workload(
        WorkloadKind kind,
        String namespace,
        String name,
        boolean deleting,
        Map<String, String> labels,
        Map<String, String> annotations,
        PodSpec spec) {

    /** Marks the API's shadow of a static pod. */
    public static final String MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

    /** Annotations that are looked through faster than a key is made. */
    private static final int FEW = 16;

    /** Copies the maps. */
    public Workload {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /**
     * A pod spec, as far as confinement and placement need it.
     *
     * @param os {@code os.name}
     * @param runtimeClassName {@code runtimeClassName}
     * @param serviceAccountName {@code serviceAccountName}; {@code default} where the manifest gives none
     * @param host which of the host's namespaces it shares
     * @param placement where it may run
     * @param profile what the pod level declares
     * @param hasSecurityContext whether the pod level has one at all, which a patch needs to know
     * @param hardening what else the pod level restrains
     * @param containers all containers: init, regular, ephemeral, each in its order
     */
    public record PodSpec(
            Optional<String> os,
            Optional<String> runtimeClassName,
            String serviceAccountName,
            HostNamespaces host,
            Placement placement,
            Profile profile,
            boolean hasSecurityContext,
            Hardening hardening,
            List<Container> containers) {
        /** Copies the list. */
        public PodSpec {
            containers = List.copyOf(containers);
        }
    }

    /**
     * The host's namespaces that a pod shares. They have no influence on AppArmor (measured: node-truth row 24).
     *
     * @param network {@code hostNetwork}
     * @param pid {@code hostPID}
     * @param ipc {@code hostIPC}
     */
    public record HostNamespaces(boolean network, boolean pid, boolean ipc) {
        /** Shares nothing. */
        public static final HostNamespaces NONE = new HostNamespaces(false, false, false);
    }

    /** The full path of a container in the object, such as {@code spec.template.spec.containers[0]}. */
    public String path(Container container) {
        return kind == WorkloadKind.POD
                ? ContainerPaths.inPod(container.kind(), container.index())
                : kind.specPath() + "." + container.pathInSpec();
    }

    /** The path of the pod-level security context. */
    public String podLevelPath() {
        return kind.specPath() + ".securityContext";
    }

    /** The value of a container's beta annotation; empty where it has none. */
    public Optional<String> betaAnnotation(Container container) {
        if (annotations.isEmpty()) {
            return Optional.empty();
        }
        if (annotations.size() > FEW) {
            return Optional.ofNullable(annotations.get(BetaAnnotation.PREFIX + container.name()));
        }
        // Compared in parts: for nearly every container of a cluster a key would be made for nothing.
        for (String key : annotations.keySet()) {
            if (BetaAnnotation.isFor(container.name(), key)) {
                return Optional.ofNullable(annotations.get(key));
            }
        }
        return Optional.empty();
    }

    /** Whether any container has a beta annotation, or an annotation names a container that is not there. */
    public boolean hasBetaAnnotations() {
        for (String key : annotations.keySet()) {
            if (key.startsWith(BetaAnnotation.PREFIX)) {
                return true;
            }
        }
        return false;
    }

    /** Names in beta annotations for which there is no container of any kind, sorted: the API server refuses those. */
    public List<String> unknownAnnotatedContainers() {
        Set<String> unknown = new TreeSet<>();
        for (String key : annotations.keySet()) {
            if (key.startsWith(BetaAnnotation.PREFIX)) {
                unknown.add(key.substring(BetaAnnotation.PREFIX.length()));
            }
        }
        spec.containers().forEach(container -> unknown.remove(container.name()));
        return List.copyOf(unknown);
    }

    /**
     * The profile that the kubelet will use for a container ({@code pkg/security/apparmor/helpers.go}, {@code GetProfile}):
     * its field, else its annotation, else the pod level.
     */
    public EffectiveProfile effective(Container container) {
        if (container.field().isDeclared()) {
            return new EffectiveProfile(container.field(), ProfileSource.CONTAINER_FIELD);
        }
        Profile annotated =
                betaAnnotation(container).map(BetaAnnotation::profile).orElse(Profile.Undeclared.SHARED);
        if (annotated.isDeclared()) {
            return new EffectiveProfile(annotated, ProfileSource.ANNOTATION);
        }
        return spec.profile().isDeclared()
                ? new EffectiveProfile(spec.profile(), ProfileSource.POD_FIELD)
                : new EffectiveProfile(Profile.Undeclared.SHARED, ProfileSource.NONE);
    }

    /**
     * Whether the kubelet will refuse the whole pod on a node without AppArmor
     * ({@code pkg/security/apparmor/validate.go}): the pod level or any container declares a profile other than Unconfined,
     * or an annotation does. With differing annotations the kubelet looks at one of them by chance; the worst is taken here.
     * Ephemeral containers come too late for that test: theirs only fail to start (measured, node-truth).
     */
    public boolean requiresAppArmor() {
        if (restrains(spec.profile())) {
            return true;
        }
        for (Container container : spec.containers()) {
            if (container.kind() != ContainerKind.EPHEMERAL && restrains(container.field())) {
                return true;
            }
        }
        for (Map.Entry<String, String> annotation : annotations.entrySet()) {
            if (annotation.getKey().startsWith(BetaAnnotation.PREFIX)
                    && !annotation.getValue().equals("unconfined")) {
                return true;
            }
        }
        return false;
    }

    private static boolean restrains(Profile profile) {
        return profile instanceof Profile.RuntimeDefault || profile instanceof Profile.Localhost;
    }

    /** Whether the pod runs Windows by its own word; such a pod has no AppArmor, and the API server forbids the fields. */
    public boolean isWindows() {
        return spec.os().filter("windows"::equals).isPresent();
    }

    /**
     * Whether the pod can only run on Windows nodes although it does not say so in {@code spec.os}: kubelets of Linux nodes
     * label themselves, and check the selector again.
     */
    public boolean selectsWindowsNodes() {
        return !isWindows() && "windows".equals(spec.placement().nodeSelector().get("kubernetes.io/os"));
    }

    /** This workload with other annotations. */
    public Workload withAnnotations(Map<String, String> newAnnotations) {
        return new Workload(kind, namespace, name, deleting, labels, newAnnotations, spec);
    }

    /** This workload with another pod-level profile and other annotations: what a default makes of it. */
    public Workload withPodLevel(Profile profile, Map<String, String> newAnnotations) {
        PodSpec changed = new PodSpec(
                spec.os(),
                spec.runtimeClassName(),
                spec.serviceAccountName(),
                spec.host(),
                spec.placement(),
                profile,
                true,
                spec.hardening(),
                spec.containers());
        return new Workload(kind, namespace, name, deleting, labels, newAnnotations, changed);
    }

    /** This workload with another placement. */
    public Workload withPlacement(Placement placement) {
        PodSpec changed = new PodSpec(
                spec.os(),
                spec.runtimeClassName(),
                spec.serviceAccountName(),
                spec.host(),
                placement,
                spec.profile(),
                spec.hasSecurityContext(),
                spec.hardening(),
                spec.containers());
        return new Workload(kind, namespace, name, deleting, labels, annotations, changed);
    }

    /** This workload with other containers: what a default makes of new ephemeral containers. */
    public Workload withContainers(List<Container> containers) {
        PodSpec changed = new PodSpec(
                spec.os(),
                spec.runtimeClassName(),
                spec.serviceAccountName(),
                spec.host(),
                spec.placement(),
                spec.profile(),
                spec.hasSecurityContext(),
                spec.hardening(),
                containers);
        return new Workload(kind, namespace, name, deleting, labels, annotations, changed);
    }
}
