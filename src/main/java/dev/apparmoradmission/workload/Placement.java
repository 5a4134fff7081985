package dev.apparmoradmission.workload;

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
 * @param tolerations the taints it tolerates
 * @param schedulingGates names of the gates that hold it back
 */
public record Placement(
        Optional<String> nodeName,
        Map<String, String> nodeSelector,
        Optional<List<NodeSelectorTerm>> requiredTerms,
        List<Toleration> tolerations,
        List<String> schedulingGates) {

    /** No constraint at all. */
    public static final Placement ANYWHERE =
            new Placement(Optional.empty(), Map.of(), Optional.empty(), List.of(), List.of());

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
