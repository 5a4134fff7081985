package dev.apparmoradmission.decision;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Hardening;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Toleration;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.Workload.HostNamespaces;
import dev.apparmoradmission.workload.Workload.PodSpec;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Builds pods for tests that look at one thing. */
public final class PodBuilder {

    /** {@code type: RuntimeDefault}. */
    public static final Profile RUNTIME_DEFAULT = Profile.RuntimeDefault.SHARED;
    /** {@code type: Unconfined}. */
    public static final Profile UNCONFINED = Profile.Unconfined.SHARED;
    /** Nothing declared. */
    public static final Profile NOTHING = Profile.Undeclared.SHARED;

    private final List<Container> containers = new ArrayList<>();
    private final Map<String, String> annotations = new HashMap<>();
    private final Map<String, String> labels = new HashMap<>();
    private final Map<String, String> selector = new HashMap<>();
    private final List<Toleration> tolerations = new ArrayList<>();
    private WorkloadKind kind = WorkloadKind.POD;
    private String namespace = "shop";
    private String serviceAccount = "default";
    private Profile profile = NOTHING;
    private Hardening hardening = Hardening.NONE;
    private Optional<String> nodeName = Optional.empty();
    private Optional<List<NodeSelectorTerm>> terms = Optional.empty();
    private Optional<String> runtimeClass = Optional.empty();
    private Optional<String> os = Optional.empty();

    /** A pod without containers. */
    public static PodBuilder pod() {
        return new PodBuilder();
    }

    /** {@code type: Localhost} of this name. */
    public static Profile localhost(String name) {
        return new Profile.Localhost(name);
    }

    /** Another kind: the template of such an object. */
    public PodBuilder kind(WorkloadKind newKind) {
        kind = newKind;
        return this;
    }

    /** The namespace. */
    public PodBuilder namespace(String name) {
        namespace = name;
        return this;
    }

    /** The service account. */
    public PodBuilder serviceAccount(String name) {
        serviceAccount = name;
        return this;
    }

    /** The pod level's profile. */
    public PodBuilder profile(Profile podProfile) {
        profile = podProfile;
        return this;
    }

    /** The pod level's hardening. */
    public PodBuilder hardening(Hardening podHardening) {
        hardening = podHardening;
        return this;
    }

    /** A regular container. */
    public PodBuilder container(String name, Profile declared) {
        return container(ContainerKind.REGULAR, name, declared, false);
    }

    /** A privileged regular container. */
    public PodBuilder privileged(String name, Profile declared) {
        return container(ContainerKind.REGULAR, name, declared, true);
    }

    /** A container of any kind. */
    public PodBuilder container(ContainerKind containerKind, String name, Profile declared, boolean privileged) {
        return container(containerKind, name, "registry.example/" + name, declared, privileged, Hardening.NONE);
    }

    /** A container in full. */
    public PodBuilder container(
            ContainerKind containerKind,
            String name,
            String image,
            Profile declared,
            boolean privileged,
            Hardening own) {
        int index =
                (int) containers.stream().filter(c -> c.kind() == containerKind).count();
        boolean context = declared.isDeclared() || privileged || !own.equals(Hardening.NONE);
        containers.add(new Container(containerKind, index, name, image, declared, context, privileged, own));
        return this;
    }

    /** An annotation. */
    public PodBuilder annotation(String key, String value) {
        annotations.put(key, value);
        return this;
    }

    /** A beta annotation. */
    public PodBuilder beta(String container, String value) {
        return annotation(BetaAnnotation.PREFIX + container, value);
    }

    /** A label. */
    public PodBuilder label(String key, String value) {
        labels.put(key, value);
        return this;
    }

    /** Binds it to a node. */
    public PodBuilder nodeName(String name) {
        nodeName = Optional.of(name);
        return this;
    }

    /** A nodeSelector. */
    public PodBuilder selector(String key, String value) {
        selector.put(key, value);
        return this;
    }

    /** Tolerates all taints of a key. */
    public PodBuilder tolerates(String key) {
        tolerations.add(new Toleration(key, "Exists", "", ""));
        return this;
    }

    /** Required node affinity. */
    public PodBuilder terms(NodeSelectorTerm... required) {
        terms = Optional.of(List.of(required));
        return this;
    }

    /** The runtime class. */
    public PodBuilder runtimeClass(String name) {
        runtimeClass = Optional.of(name);
        return this;
    }

    /** {@code spec.os.name}. */
    public PodBuilder os(String name) {
        os = Optional.of(name);
        return this;
    }

    /** The pod. */
    public Workload build() {
        Placement placement = new Placement(
                nodeName,
                selector,
                terms,
                terms.isPresent() ? AffinityDepth.REQUIRED : AffinityDepth.NONE,
                tolerations,
                List.of());
        PodSpec spec = new PodSpec(
                os,
                runtimeClass,
                serviceAccount,
                HostNamespaces.NONE,
                placement,
                profile,
                profile.isDeclared(),
                hardening,
                containers);
        return new Workload(kind, namespace, "p", false, labels, annotations, spec);
    }
}
