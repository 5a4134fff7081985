package dev.apparmoradmission.cluster;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.ConfigMapReader;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryProblem;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.NamespaceReader;
import dev.apparmoradmission.wire.NodeReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files that stand for a cluster where none is asked: what {@code kubectl get … -o yaml} prints, or lists kept by hand.
 *
 * @param inventory files with inventory ConfigMaps; none where there is no inventory
 * @param nodes files with Nodes; none where every node of the inventory may take every pod
 * @param namespaces files with Namespaces; none where no label of a namespace is known
 */
public record ClusterFiles(List<Path> inventory, List<Path> nodes, List<Path> namespaces) {

    /** Copies the lists. */
    public ClusterFiles {
        inventory = List.copyOf(inventory);
        nodes = List.copyOf(nodes);
        namespaces = List.copyOf(namespaces);
    }

    /**
     * What the files say.
     *
     * @param nodes the nodes and their inventories
     * @param inventory what was reported, of these nodes and others
     * @param namespaces the namespaces
     * @param problems what in the inventory could not be understood and was left out
     */
    public record View(
            ClusterNodes nodes, Inventory inventory, Namespaces namespaces, List<InventoryProblem> problems) {
        /** Copies the list. */
        public View {
            problems = List.copyOf(problems);
        }
    }

    /** Whether there is any file. */
    public boolean isAny() {
        return !inventory.isEmpty() || !nodes.isEmpty() || !namespaces.isEmpty();
    }

    private interface Reading<T> {
        T read(byte[] content) throws MalformedDocumentException;
    }

    /**
     * Reads all files.
     *
     * @param reader reads inventories; one that is kept from reading to reading shares equal lists with the last
     * @param transientTaints the taints to look through
     * @throws UnreadableInputException where one cannot be read or is not what it should be; then none is used
     */
    public View read(InventoryReader reader, TransientTaints transientTaints) throws UnreadableInputException {
        List<InventoryPart> parts = new ArrayList<>();
        for (Path file : inventory) {
            for (InventoryConfigMap configMap : read(file, ConfigMapReader::read)) {
                parts.add(reader.read(configMap));
            }
        }
        Inventory joined = Inventory.join(parts);
        List<InventoryProblem> problems =
                parts.stream().flatMap(part -> part.problems().stream()).toList();
        return new View(clusterNodes(joined, transientTaints), joined, readNamespaces(), problems);
    }

    private ClusterNodes clusterNodes(Inventory joined, TransientTaints transientTaints)
            throws UnreadableInputException {
        boolean inventoried = !inventory.isEmpty();
        if (nodes.isEmpty()) {
            // A node whose value cannot be read is there all the same: without it pods would seem safe that may land on
            // it.
            List<Node> named = Stream.concat(joined.nodes().keySet().stream(), joined.unreadable().stream())
                    .map(Node::named)
                    .toList();
            return inventoried ? ClusterNodes.of(named, joined.nodes(), true, transientTaints) : ClusterNodes.UNKNOWN;
        }
        List<Node> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Path file : nodes) {
            for (Node node : read(file, NodeReader::read)) {
                if (!names.add(node.name())) {
                    throw new UnreadableInputException(
                            file.toString(), "Node " + Quoted.of(node.name()) + " is in another file already");
                }
                all.add(node);
            }
        }
        return ClusterNodes.of(all, joined.nodes(), inventoried, transientTaints);
    }

    private Namespaces readNamespaces() throws UnreadableInputException {
        Map<String, Map<String, String>> labels = new HashMap<>();
        for (Path file : namespaces) {
            labels.putAll(read(file, NamespaceReader::read).labels());
        }
        return labels.isEmpty() ? Namespaces.UNKNOWN : new Namespaces(labels);
    }

    private static <T> T read(Path file, Reading<T> reading) throws UnreadableInputException {
        try {
            return reading.read(InputFile.read(file));
        } catch (MalformedDocumentException e) {
            throw InputFile.malformed(file, e);
        }
    }
}
