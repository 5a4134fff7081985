package dev.apparmoradmission.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Taints that come and go without a new admission, so that a node which carries one today may take the pod tomorrow: they
 * are looked through, and the node counts as eligible.
 *
 * @param keys whole keys
 * @param prefixes beginnings of keys
 */
public record TransientTaints(Set<String> keys, List<String> prefixes) {

    /** The taints of the node life cycle, of cloud providers, autoscalers, network plugins and node readiness. */
    public static final TransientTaints WELL_KNOWN = new TransientTaints(
            Set.of(
                    "node.kubernetes.io/not-ready",
                    "node.kubernetes.io/unreachable",
                    "node.kubernetes.io/unschedulable",
                    "node.kubernetes.io/memory-pressure",
                    "node.kubernetes.io/disk-pressure",
                    "node.kubernetes.io/pid-pressure",
                    "node.kubernetes.io/network-unavailable",
                    "node.kubernetes.io/out-of-service",
                    "node.cloudprovider.kubernetes.io/uninitialized",
                    "node.cloudprovider.kubernetes.io/shutdown",
                    "ToBeDeletedByClusterAutoscaler",
                    "DeletionCandidateOfClusterAutoscaler",
                    "karpenter.sh/disrupted",
                    "karpenter.sh/unregistered",
                    "node.cilium.io/agent-not-ready"),
            List.of("readiness.k8s.io/", "startup-taint.cluster-autoscaler.kubernetes.io/"));

    /** Copies the collections. */
    public TransientTaints {
        keys = Set.copyOf(keys);
        prefixes = List.copyOf(prefixes);
    }

    /** Whether this taint is looked through. */
    public boolean contains(Taint taint) {
        if (keys.contains(taint.key())) {
            return true;
        }
        for (String prefix : prefixes) {
            if (taint.key().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** These and further keys; one that ends in {@code /} or {@code *} stands for all keys that begin so. */
    public TransientTaints plus(List<String> more) {
        Set<String> allKeys = new HashSet<>(keys);
        List<String> allPrefixes = new ArrayList<>(prefixes);
        for (String key : more) {
            if (key.endsWith("*")) {
                allPrefixes.add(key.substring(0, key.length() - 1));
            } else if (key.endsWith("/")) {
                allPrefixes.add(key);
            } else {
                allKeys.add(key);
            }
        }
        return new TransientTaints(allKeys, allPrefixes);
    }
}
