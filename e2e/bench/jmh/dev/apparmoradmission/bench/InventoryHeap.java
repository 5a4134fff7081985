package dev.apparmoradmission.bench;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        InventoryReader reader = new InventoryReader(new ProfileLists());
        List<Node> nodes = new ArrayList<>(count);
        Map<String, NodeInventory> inventories = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Node node = Cluster.node(i);
            nodes.add(node);
            InventoryPart part = reader.read(new InventoryConfigMap(
                    "apparmor-admission",
                    "apparmor-inventory-" + node.name(),
                    "1",
                    Map.of(InventoryConfigMap.LABEL, "true"),
                    Map.of(),
                    Map.of(node.name(), text(i, profiles, i < different))));
            if (!part.problems().isEmpty()) {
                throw new IllegalStateException("unreadable: " + part.problems());
            }
            inventories.put(node.name(), part.nodes().get(node.name()).orElseThrow());
        }
        return ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
    }

    private static String text(int node, int profiles, boolean own) {
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
        return "# apparmor: enabled\n" + String.join("\n", lines) + "\n";
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
