package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.BetaAnnotation.Fate;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The default profile for a pod that leaves it open: the patch, and the pod that comes of it. Applied to its own result it
 * gives no further patch.
 *
 * @param patch what to change; empty where nothing is to be defaulted
 * @param defaulted the workload with the default
 * @param emptyAnnotationsRemoved names of containers whose empty beta annotation goes
 * @param pinned whether a default was given that must keep the pod off some eligible nodes, which have AppArmor off
 */
record Defaulting(List<PatchOperation> patch, Workload defaulted, Set<String> emptyAnnotationsRemoved, boolean pinned) {

    private static final String POD_PROFILE = "/spec/securityContext/appArmorProfile";

    static Defaulting none(Workload workload) {
        return new Defaulting(List.of(), workload, Set.of(), false);
    }

    /**
     * The default for a workload that is created or judged as if it were, by the first of these policies, in order of their
     * names, that has one.
     *
     * @param eligible where a workload may land once it is led to nodes that hold its profiles
     */
    static Defaulting of(
            Workload workload,
            Operation operation,
            List<AppArmorPolicy> policies,
            Function<Workload, EligibleNodes> eligible) {
        Optional<DefaultProfile> byDefault = first(policies);
        if (byDefault.isEmpty() || isInvalid(workload)) {
            return none(workload);
        }
        boolean ephemeral = operation instanceof Operation.AddEphemeralContainers;
        Profile profile = byDefault.get().profile();
        Defaulting defaulting =
                ephemeral ? ofEphemeralContainers(workload, operation, profile) : ofPod(workload, profile);
        if (defaulting.patch().isEmpty()) {
            return defaulting;
        }
        EligibleNodes nodes = eligible.apply(defaulting.defaulted());
        int off = nodes.withoutAppArmor().size();
        if (off == 0) {
            return defaulting;
        }
        boolean pin = byDefault.get().onUnsupportedNode() == OnUnsupportedNode.PIN
                && !ephemeral
                && Placing.isChoiceLeft(workload)
                // With nowhere left to go it would wait for ever; a denial says why.
                && off < nodes.parts().size();
        // Explicit RuntimeDefault fails on a node without AppArmor where unset would run (semantics fact 10).
        return pin ? defaulting.pinning(workload) : none(workload);
    }

    private static Optional<DefaultProfile> first(List<AppArmorPolicy> policies) {
        for (AppArmorPolicy policy : policies) {
            if (policy.defaultProfile().profile().isDeclared()) {
                return Optional.of(policy.defaultProfile());
            }
        }
        return Optional.empty();
    }

    /** The same for nodes with AppArmor on; where it adds no profile it asks nothing of nodes. */
    private Defaulting pinning(Workload written) {
        boolean adds = !defaulted.spec().profile().equals(written.spec().profile());
        return new Defaulting(patch, defaulted, emptyAnnotationsRemoved, adds);
    }

    /**
     * Whether the API server will refuse the pod, or a part of it is not what it seems: then nothing is written, lest our
     * default turn up in, or hide, the server's own message.
     */
    static boolean isInvalid(Workload workload) {
        if (workload.spec().profile() instanceof Profile.Invalid) {
            return true;
        }
        boolean annotated = workload.hasBetaAnnotations();
        for (Container container : workload.spec().containers()) {
            if (container.field() instanceof Profile.Invalid || annotated && isAnnotationInvalid(workload, container)) {
                return true;
            }
        }
        return annotated && !workload.unknownAnnotatedContainers().isEmpty();
    }

    private static boolean isAnnotationInvalid(Workload workload, Container container) {
        Optional<Fate> fate = workload.betaAnnotation(container).map(BetaAnnotation::fate);
        return fate.isPresent() && (fate.get() == Fate.REFUSED || fate.get() == Fate.UNSYNCED);
    }

    private static Defaulting ofPod(Workload workload, Profile profile) {
        Profile declared = workload.spec().profile();
        List<PatchOperation> patch = new ArrayList<>();
        Set<String> emptied = new HashSet<>();
        boolean unresolved = false;
        for (Container container : workload.spec().containers()) {
            if (container.field().isDeclared()) {
                continue;
            }
            // An empty annotation agrees with no profile at all: left beside one it is a 422 (semantics §2.3).
            boolean empty =
                    workload.betaAnnotation(container).filter(String::isEmpty).isPresent();
            if (empty && !isRefused(workload, declared)) {
                emptied.add(container.name());
                patch.add(new PatchOperation.RemoveAnnotation(
                        "/metadata/annotations/" + PatchOperation.escape(BetaAnnotation.PREFIX + container.name())));
            }
            unresolved |= !workload.effective(container).profile().isDeclared();
        }
        if (unresolved) {
            boolean exists = workload.spec().hasSecurityContext();
            patch.add(new PatchOperation.AddProfile(exists ? POD_PROFILE : "/spec/securityContext", !exists, profile));
        }
        if (patch.isEmpty()) {
            return none(workload);
        }
        Map<String, String> annotations = new HashMap<>(workload.annotations());
        emptied.forEach(name -> annotations.remove(BetaAnnotation.PREFIX + name));
        return new Defaulting(
                patch, workload.withPodLevel(unresolved ? profile : declared, annotations), emptied, false);
    }

    /**
     * Whether an empty annotation stays, for the API server to refuse: beside Unconfined nothing is defaulted, and a template
     * with any profile on its pod level is refused before a pod is made of it (semantics §2.5).
     */
    private static boolean isRefused(Workload workload, Profile podLevel) {
        return podLevel instanceof Profile.Unconfined || workload.kind().isTemplate() && podLevel.isDeclared();
    }

    /**
     * On the ephemeralcontainers subresource only the new entries can be patched: anything else in the patch is dropped
     * without a word (semantics §2.6).
     */
    private static Defaulting ofEphemeralContainers(Workload workload, Operation operation, Profile profile) {
        Set<Container> added = Set.copyOf(operation.judgedContainers(workload));
        List<PatchOperation> patch = new ArrayList<>();
        List<Container> containers = new ArrayList<>();
        for (Container container : workload.spec().containers()) {
            boolean open = container.kind() == ContainerKind.EPHEMERAL
                    && added.contains(container)
                    && !workload.effective(container).profile().isDeclared();
            if (!open) {
                containers.add(container);
                continue;
            }
            String pointer = "/spec/ephemeralContainers/" + container.index() + "/securityContext";
            boolean exists = container.hasSecurityContext();
            patch.add(new PatchOperation.AddProfile(exists ? pointer + "/appArmorProfile" : pointer, !exists, profile));
            containers.add(new Container(
                    container.kind(),
                    container.index(),
                    container.name(),
                    container.image(),
                    profile,
                    true,
                    container.privileged(),
                    container.hardening()));
        }
        return patch.isEmpty()
                ? none(workload)
                : new Defaulting(patch, workload.withContainers(containers), Set.of(), false);
    }
}
