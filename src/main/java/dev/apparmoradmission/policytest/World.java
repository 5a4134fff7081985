package dev.apparmoradmission.policytest;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.ConfigMapReader;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryProblem;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.NamespaceReader;
import dev.apparmoradmission.wire.NodeReader;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.ProfileLists;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The small world of a case.
 *
 * @param inventory what its nodes report; absent where there is no inventory
 * @param nodes its nodes; absent where every node of the inventory may take every pod
 * @param knownNamespaces its namespaces
 */
record World(Optional<Inventory> inventory, Optional<List<Node>> nodes, Namespaces knownNamespaces) {

    /** Nothing is known. */
    static final World UNKNOWN = new World(Optional.empty(), Optional.empty(), Namespaces.UNKNOWN);

    private static final String INVENTORY = "inventory";
    private static final String NODES = "nodes";
    private static final String NAMESPACES = "namespaces";

    /** Takes what is wrong with a part. */
    interface Problems {
        void add(Place place, String field, String problem);
    }

    /** This world, with what a test or a case says of it in place of what was said before. */
    World with(Located holder, String path, Problems problems) {
        Optional<Inventory> ownInventory = holder.field(INVENTORY).map(list -> {
            List<InventoryPart> parts = new ArrayList<>();
            InventoryReader reader = new InventoryReader(new ProfileLists());
            each(list, path + "." + INVENTORY, problems, (configMap, field) -> {
                InventoryPart part = reader.read(ConfigMapReader.read(configMap));
                for (InventoryProblem problem : part.problems()) {
                    problems.add(configMap.place(), field, problem.describe());
                }
                parts.add(part);
            });
            return Inventory.join(parts);
        });
        Optional<List<Node>> ownNodes = holder.field(NODES).map(list -> {
            List<Node> read = new ArrayList<>();
            each(list, path + "." + NODES, problems, (node, field) -> read.add(NodeReader.read(node)));
            return List.copyOf(read);
        });
        Optional<Namespaces> ownNamespaces = holder.field(NAMESPACES).map(list -> {
            Map<String, Map<String, String>> labels = new HashMap<>();
            each(
                    list,
                    path + "." + NAMESPACES,
                    problems,
                    (namespace, field) -> labels.put(
                            namespace.value().path("metadata").path("name").asText(),
                            NamespaceReader.labels(namespace)));
            return new Namespaces(labels);
        });
        return new World(
                ownInventory.or(this::inventory), ownNodes.or(this::nodes), ownNamespaces.orElse(knownNamespaces));
    }

    /** Its nodes and their inventories. */
    ClusterNodes clusterNodes() {
        Inventory reported = inventory.orElse(Inventory.EMPTY);
        List<Node> all = nodes.orElseGet(
                () -> reported.nodes().keySet().stream().map(Node::named).toList());
        return ClusterNodes.of(all, reported.nodes(), inventory.isPresent(), TransientTaints.WELL_KNOWN);
    }

    private interface Item {
        void read(Located item, String field) throws MalformedDocumentException;
    }

    private static void each(Located list, String path, Problems problems, Item reading) {
        int number = 0;
        for (Located item : list.items()) {
            String field = path + "[" + number++ + "]";
            try {
                reading.read(item, field);
            } catch (MalformedDocumentException e) {
                problems.add(e.place(), field, e.problem());
            }
        }
    }
}
