package dev.apparmoradmission.node;

import java.util.Optional;

/** Why a node cannot take a pod, now or later: the first of the hard constraints that keeps it off. */
public sealed interface Barrier {

    /** The node runs Windows: no Linux pod can start there. */
    record RunsWindows() implements Barrier {}

    /**
     * The pod is bound to another node.
     *
     * @param nodeName {@code spec.nodeName}
     */
    record BoundElsewhere(String nodeName) implements Barrier {}

    /**
     * The pod does not tolerate a taint that stays.
     *
     * @param taint the taint
     */
    record Untolerated(Taint taint) implements Barrier {}

    /**
     * The node lacks a label of the pod's node selector, or has another value.
     *
     * @param key the label
     * @param wanted the selector's value
     * @param found the node's value, where it has one
     */
    record OtherLabel(String key, String wanted, Optional<String> found) implements Barrier {}

    /**
     * No term of the pod's required node affinity matches the node.
     *
     * @param terms how many terms there are
     */
    record NoTermMatches(int terms) implements Barrier {}
}
