package dev.apparmoradmission.wire;

import dev.apparmoradmission.node.NodeInventory;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one ConfigMap reports.
 *
 * @param resourceVersion the ConfigMap's version; empty where it has none
 * @param nodes what it says of each node; empty for a node whose value is too large to be read, or
 *     tells of a problem
 * @param notes what it says to people, by node; empty where the reader keeps none
 * @param problems what could not be understood
 */
public record InventoryPart(
        String resourceVersion,
        Map<String, Optional<NodeInventory>> nodes,
        Map<String, NodeNotes> notes,
        List<InventoryProblem> problems) {

    /** Copies the collections. */
    public InventoryPart {
        nodes = Map.copyOf(nodes);
        notes = Map.copyOf(notes);
        problems = List.copyOf(problems);
    }
}
