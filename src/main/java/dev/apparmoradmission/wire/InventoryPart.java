package dev.apparmoradmission.wire;

import dev.apparmoradmission.node.NodeInventory;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one ConfigMap reports.
 *
 * @param resourceVersion the ConfigMap's version; empty where it has none
 * @param nodes what it says of each node; empty for a node whose value is too large to be read
 * @param problems what could not be understood
 */
public record InventoryPart(
        String resourceVersion, Map<String, Optional<NodeInventory>> nodes, List<InventoryProblem> problems) {

    /** Copies the collections. */
    public InventoryPart {
        nodes = Map.copyOf(nodes);
        problems = List.copyOf(problems);
    }
}
