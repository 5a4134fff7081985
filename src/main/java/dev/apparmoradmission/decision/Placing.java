package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.ProfileLabels;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What keeps a new pod to nodes that can confine it, whichever nodes join later: required node affinity on the labels of
 * {@link ProfileLabels} (Steer, Pin), and the pod with it. Applied to its own result it gives no further patch.
 *
 * @param patch what to change; empty where nothing is to be added
 * @param placed the workload with it
 */
record Placing(List<PatchOperation> patch, Workload placed) {

    private static final String AFFINITY = "/spec/affinity";
    private static final String NODE_AFFINITY = AFFINITY + "/nodeAffinity";
    private static final String REQUIRED = NODE_AFFINITY + "/requiredDuringSchedulingIgnoredDuringExecution";

    static Placing none(Workload workload) {
        return new Placing(List.of(), workload);
    }

    /**
     * Whether the scheduler still chooses a node for the pod, or for pods of the template. Pods of a DaemonSet are made for
     * one node each: kept off it they would stay Pending for ever (semantics §6.5, §6.6).
     */
    static boolean isChoiceLeft(Workload workload) {
        Placement placement = workload.spec().placement();
        return placement.nodeName().isEmpty()
                && !placement.isForNamedNodes()
                && workload.kind() != WorkloadKind.DAEMON_SET;
    }

    /**
     * The requirements that these policies have on nodes.
     *
     * @param workload the workload, default applied
     * @param policies those that hold for it
     * @param pinned whether it was given a default that nodes without AppArmor refuse
     */
    static Placing of(Workload workload, List<AppArmorPolicy> policies, boolean pinned) {
        List<AppArmorPolicy> steering = those(policies, AppArmorPolicy.Placement.STEER);
        if (!pinned && steering.isEmpty()) {
            return none(workload);
        }
        // Sorted, so that the patch does not depend on the order of containers.
        Set<Requirement> requirements = new TreeSet<>(Comparator.comparing(Requirement::key)
                .thenComparing(requirement -> String.join(",", requirement.values())));
        if (pinned) {
            requirements.add(new Requirement(ProfileLabels.ENABLED, "In", List.of("true")));
        }
        for (AppArmorPolicy policy : steering) {
            steer(workload, policy.localhost(), requirements);
        }
        return requirements.isEmpty() || !isChoiceLeft(workload)
                ? none(workload)
                : requiring(workload, List.copyOf(requirements));
    }

    /** Those of the policies that place pods so. */
    static List<AppArmorPolicy> those(List<AppArmorPolicy> policies, AppArmorPolicy.Placement placement) {
        // Mostly none: then nothing is allocated.
        List<AppArmorPolicy> those = List.of();
        for (AppArmorPolicy policy : policies) {
            if (policy.localhost().placement() == placement) {
                those = those.isEmpty() ? new ArrayList<>() : those;
                those.add(policy);
            }
        }
        return those;
    }

    private static void steer(Workload workload, LocalhostTerms terms, Set<Requirement> requirements) {
        List<String> modes = List.copyOf(terms.modes().stream()
                .map(ProfileMode::kernelName)
                .collect(TreeSet::new, TreeSet::add, TreeSet::addAll));
        for (Container container : workload.spec().containers()) {
            // A name that is denied anyway has no label.
            if (workload.effective(container).profile() instanceof Profile.Localhost localhost
                    && NameForm.of(localhost.name()) == NameForm.PLAIN
                    && Glob.any(terms.allowed(), localhost.name())) {
                requirements.add(new Requirement(ProfileLabels.keyOf(localhost.name()), "In", modes));
            }
        }
    }

    private static Placing requiring(Workload workload, List<Requirement> requirements) {
        Placement placement = workload.spec().placement();
        return switch (placement.depth()) {
            case NONE -> newTerm(workload, AFFINITY, requirements);
            case AFFINITY -> newTerm(workload, NODE_AFFINITY, requirements);
            case NODE_AFFINITY -> newTerm(workload, REQUIRED, requirements);
            case REQUIRED -> everyTerm(workload, requirements);
        };
    }

    private static Placing newTerm(Workload workload, String pointer, List<Requirement> requirements) {
        Placement placement = workload.spec().placement();
        List<NodeSelectorTerm> terms = List.of(new NodeSelectorTerm(requirements, List.of()));
        return new Placing(
                List.of(new PatchOperation.AddAffinity(pointer, placement.depth(), requirements)),
                workload.withPlacement(placement.requiring(terms)));
    }

    /**
     * Terms are alternatives, so each gets the requirements. An empty one matches nothing and stays so: with a requirement it
     * would match. Where there is no term at all the API server refuses the pod, and says why better than we could.
     */
    private static Placing everyTerm(Workload workload, List<Requirement> requirements) {
        Placement placement = workload.spec().placement();
        Optional<List<NodeSelectorTerm>> given = placement.requiredTerms();
        if (given.isEmpty()) {
            return none(workload);
        }
        List<PatchOperation> patch = new ArrayList<>();
        List<NodeSelectorTerm> terms = new ArrayList<>();
        for (int i = 0; i < given.get().size(); i++) {
            NodeSelectorTerm term = given.get().get(i);
            List<Requirement> missing = requirements.stream()
                    .filter(wanted -> !term.matchExpressions().contains(wanted))
                    .toList();
            if (term.isEmpty() || missing.isEmpty()) {
                terms.add(term);
                continue;
            }
            String pointer = REQUIRED + "/nodeSelectorTerms/" + i + "/matchExpressions";
            if (term.matchExpressions().isEmpty()) {
                patch.add(new PatchOperation.AddExpressions(pointer, missing));
            } else {
                missing.forEach(wanted -> patch.add(new PatchOperation.AppendExpression(pointer + "/-", wanted)));
            }
            List<Requirement> all = new ArrayList<>(term.matchExpressions());
            all.addAll(missing);
            terms.add(new NodeSelectorTerm(all, term.matchFields()));
        }
        return patch.isEmpty()
                ? none(workload)
                : new Placing(patch, workload.withPlacement(placement.requiring(terms)));
    }

    /** The same, and the pod is held back by our scheduling gate. */
    Placing held() {
        Placement placement = placed.spec().placement();
        if (placement.isHeld()) {
            return this;
        }
        List<PatchOperation> all = new ArrayList<>(patch);
        boolean first = placement.schedulingGates().isEmpty();
        all.add(new PatchOperation.AddGate(
                first ? "/spec/schedulingGates" : "/spec/schedulingGates/-", first, Placement.HOLD_GATE));
        return new Placing(all, placed.withPlacement(placement.held()));
    }
}
