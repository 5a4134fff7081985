package dev.apparmoradmission.inventory;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import java.util.List;
import java.util.Optional;

/**
 * Which nodes ought to be equal: those with the same value of a label. Where none is asked for, it is the first of the labels
 * that node pools bear; nodes without any belong together by role and runtime.
 *
 * @param label the label asked for
 */
public record Pools(Optional<String> label) {

    /** Labels by which autoscalers and providers mark the nodes that they make from one template. */
    static final List<String> WELL_KNOWN = List.of(
            "karpenter.sh/nodepool",
            "eks.amazonaws.com/nodegroup",
            "alpha.eksctl.io/nodegroup-name",
            "kops.k8s.io/instancegroup",
            "cloud.google.com/gke-nodepool",
            "kubernetes.azure.com/agentpool",
            "doks.digitalocean.com/node-pool",
            "oci.oraclecloud.com/oke-node-pool",
            "k8s.scaleway.com/pool-name",
            "node.cluster.x-k8s.io/pool",
            "cattle.io/nodepool");

    private static final String CONTROL_PLANE = "node-role.kubernetes.io/control-plane";

    /** The name of the pool that the node belongs to. */
    String of(Node node) {
        if (label.isPresent()) {
            String value = node.labels().get(label.get());
            return value == null ? "without " + label.get() : label.get() + "=" + value;
        }
        for (String key : WELL_KNOWN) {
            String value = node.labels().get(key);
            if (value != null) {
                return key + "=" + value;
            }
        }
        String role = node.labels().containsKey(CONTROL_PLANE) ? "control plane" : "nodes";
        return node.runtime() == ContainerRuntime.UNKNOWN ? role : role + " with " + runtime(node.runtime());
    }

    /** A runtime as people call it; {@code -} where it is not known. */
    static String runtime(ContainerRuntime runtime) {
        return switch (runtime) {
            case CONTAINERD -> "containerd";
            case CRI_O -> "cri-o";
            case DOCKER -> "docker";
            case UNKNOWN -> "-";
        };
    }
}
