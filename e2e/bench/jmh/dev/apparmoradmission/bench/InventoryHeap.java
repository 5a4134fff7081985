package dev.apparmoradmission.bench;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.profile.ProfileList;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Prints how much heap a cluster's nodes and their inventories take, read from text as nodes report it: the kernel's list of
 * each node is made anew, in an order of its own, so that nothing is shared but what the product shares itself.
 */
public final class InventoryHeap {

    private InventoryHeap() {}

    /**
     * Measures.
     *
     * @param arguments number of nodes, profiles on each, and of the nodes how many have a profile of their own
     */
    public static void main(String[] arguments) {
        int nodes = Integer.parseInt(arguments[0]);
        int profiles = Integer.parseInt(arguments[1]);
        int different = Integer.parseInt(arguments[2]);
        long before = used();
        ClusterNodes cluster = cluster(nodes, profiles, different);
        long after = used();
        if (cluster.members().size() != nodes) {
            throw new IllegalStateException(cluster.members().size() + " nodes");
        }
        System.out.printf(
                "%,d nodes with %,d profiles each, %,d of them with a list of their own: %.1f MiB of heap%n",
                nodes, profiles, different, (after - before) / 1048576.0);
    }

    private static ClusterNodes cluster(int count, int profiles, int different) {
        List<Node> nodes = new ArrayList<>(count);
        Map<String, NodeInventory> inventories = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Node node = Cluster.node(i);
            nodes.add(node);
            ProfileList.Parsed parsed = ProfileList.parse(lines(i, profiles, i < different));
            if (!parsed.unreadable().isEmpty()) {
                throw new IllegalStateException("unreadable: " + parsed.unreadable());
            }
            inventories.put(
                    node.name(), new NodeInventory(true, Optional.empty(), Optional.empty(), parsed.profiles()));
        }
        return ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
    }

    private static List<String> lines(int node, int profiles, boolean own) {
        List<String> lines = new ArrayList<>(profiles);
        lines.add("cri-containerd.apparmor.d (enforce)");
        for (int i = 1; i < profiles; i++) {
            lines.add("k8s-application-profile-%04d (%s)".formatted(i, i % 4 == 0 ? "complain" : "enforce"));
        }
        if (own) {
            lines.set(profiles - 1, "only-on-%05d (enforce)".formatted(node));
        }
        // The kernel promises no order.
        Collections.shuffle(lines, new Random(node));
        return lines;
    }

    private static long used() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            used = Math.min(
                    used,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
