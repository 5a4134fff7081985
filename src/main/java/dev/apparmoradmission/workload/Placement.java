package dev.apparmoradmission.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The hard constraints on where a pod may run.
 *
 * @param nodeName the node it is bound to, where it is
 * @param nodeSelector labels that a node must carry
 * @param requiredTerms {@code requiredDuringSchedulingIgnoredDuringExecution}: one of these must match; absent where the
 *     manifest has none
 * @param depth how much of {@code affinity} is there, which a patch needs to know
 * @param tolerations the taints it tolerates
 * @param schedulingGates names of the gates that hold it back
 */
public record Placement(
        Optional<String> nodeName,
        Map<String, String> nodeSelector,
        Optional<List<NodeSelectorTerm>> requiredTerms,
        AffinityDepth depth,
        List<Toleration> tolerations,
        List<String> schedulingGates) {

    /** The scheduling gate that holds a pod back until the nodes hold its profiles (KEP-3521). */
    public static final String HOLD_GATE = "apparmor-admission.dev/profiles-loaded";

    /** No constraint at all. */
    public static final Placement ANYWHERE =
            new Placement(Optional.empty(), Map.of(), Optional.empty(), AffinityDepth.NONE, List.of(), List.of());

    /** Down to where {@code affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution} is there. */
    public enum AffinityDepth {
        /** There is no affinity of any kind. */
        NONE,
        /** There is {@code affinity}. */
        AFFINITY,
        /** There is {@code nodeAffinity}. */
        NODE_AFFINITY,
        /** There is required node affinity. */
        REQUIRED
    }

    /** Copies what can change. */
    public Placement {
        nodeSelector = Map.copyOf(nodeSelector);
        requiredTerms = requiredTerms.map(List::copyOf);
        tolerations = List.copyOf(tolerations);
        schedulingGates = List.copyOf(schedulingGates);
    }

    /** Whether neither labels, nor names of nodes narrow the choice. */
    public boolean isUnselective() {
        return nodeName.isEmpty() && nodeSelector.isEmpty() && requiredTerms.isEmpty();
    }

    /**
     * Whether each required term names the one node it is for, as those of a DaemonSet's pods do
     * ({@code pkg/controller/daemon/util/daemonset_util.go}, {@code ReplaceDaemonSetPodNodeNameNodeAffinity}).
     */
    public boolean isForNamedNodes() {
        return requiredTerms.isPresent()
                && !requiredTerms.get().isEmpty()
                && requiredTerms.get().stream().allMatch(NodeSelectorTerm::namesNode);
    }

    /** Whether our gate holds the pod back. */
    public boolean isHeld() {
        return nodeName.isEmpty() && schedulingGates.contains(HOLD_GATE);
    }

    /** The same without our gate. */
    public Placement released() {
        List<String> others =
                schedulingGates.stream().filter(gate -> !gate.equals(HOLD_GATE)).toList();
        return new Placement(nodeName, nodeSelector, requiredTerms, depth, tolerations, others);
    }

    /** The same with our gate. */
    public Placement held() {
        List<String> gates = new ArrayList<>(schedulingGates);
        gates.add(HOLD_GATE);
        return new Placement(nodeName, nodeSelector, requiredTerms, depth, tolerations, gates);
    }

    /** The same with other required terms. */
    public Placement requiring(List<NodeSelectorTerm> terms) {
        return new Placement(
                nodeName, nodeSelector, Optional.of(terms), AffinityDepth.REQUIRED, tolerations, schedulingGates);
    }

    /**
     * A term of required node affinity: all of its requirements must hold. A term without any matches nothing
     * ({@code component-helpers/scheduling/corev1/nodeaffinity}).
     *
     * @param matchExpressions requirements on labels
     * @param matchFields requirements on fields, of which only {@code metadata.name} exists
     */
    public record NodeSelectorTerm(List<Requirement> matchExpressions, List<Requirement> matchFields) {
        /** Copies the lists. */
        public NodeSelectorTerm {
            matchExpressions = List.copyOf(matchExpressions);
            matchFields = List.copyOf(matchFields);
        }

        /** Whether it has no requirement, and so matches nothing. */
        public boolean isEmpty() {
            return matchExpressions.isEmpty() && matchFields.isEmpty();
        }

        private boolean namesNode() {
            return matchFields.stream().anyMatch(field -> field.operator().equals("In"));
        }
    }

    /**
     * One requirement.
     *
     * @param key the label or field
     * @param operator {@code In}, {@code NotIn}, {@code Exists}, {@code DoesNotExist}, {@code Gt} or {@code Lt}, as written
     * @param values its operands
     */
    public record Requirement(String key, String operator, List<String> values) {
        /** Copies the values. */
        public Requirement {
            values = List.copyOf(values);
        }
    }

    /**
     * A toleration ({@code api/core/v1/toleration.go}).
     *
     * @param key the taint's key; empty for all keys
     * @param operator {@code Equal}, {@code Exists} or empty (which is {@code Equal}), as written
     * @param value the taint's value
     * @param effect the effect; empty for all
     */
    public record Toleration(String key, String operator, String value, String effect) {}
}
