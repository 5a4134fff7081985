package dev.apparmoradmission.cluster;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.Inventory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A cluster as its sources show it at one time.
 *
 * @param nodes its nodes; absent where nothing tells of them, so that every node of the inventory is eligible
 * @param inventory what its nodes reported
 * @param namespaces its namespaces
 */
record ClusterPicture(Optional<Collection<Node>> nodes, Inventory inventory, Namespaces namespaces) {

    /**
     * The nodes with their inventories. A missing inventory counts as one in which no node reported: a webhook that does not
     * know what is loaded must not let a pod start in the hope that it is.
     */
    ClusterNodes clusterNodes(TransientTaints transientTaints) {
        return ClusterNodes.of(nodes.orElseGet(this::nodesOfInventory), inventory.nodes(), true, transientTaints);
    }

    private Collection<Node> nodesOfInventory() {
        Set<String> names = new TreeSet<>(inventory.nodes().keySet());
        names.addAll(inventory.unreadable());
        List<Node> named = new ArrayList<>(names.size());
        names.forEach(name -> named.add(Node.named(name)));
        return named;
    }
}
