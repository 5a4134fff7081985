package dev.apparmoradmission.node;

import java.util.List;
import java.util.Map;

/**
 * A node, as far as placement needs it. A cordon ({@code spec.unschedulable}) is left out on purpose: it is transient.
 *
 * @param name its name
 * @param labels its labels
 * @param taints its taints
 * @param runtime its container runtime
 * @param identity which machine and boot it is, as far as known
 */
public record Node(
        String name, Map<String, String> labels, List<Taint> taints, ContainerRuntime runtime, NodeIdentity identity) {

    /** The label that carries a node's name. */
    public static final String HOSTNAME_LABEL = "kubernetes.io/hostname";

    /** Copies the collections. */
    public Node {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
    }

    /** A node of which only the name is known. */
    public static Node named(String name) {
        return new Node(name, Map.of(HOSTNAME_LABEL, name), List.of(), ContainerRuntime.UNKNOWN, NodeIdentity.UNKNOWN);
    }

    /** Whether the node runs Windows: no Linux pod can start there. */
    public boolean isWindows() {
        return "windows".equals(labels.get("kubernetes.io/os"));
    }
}
