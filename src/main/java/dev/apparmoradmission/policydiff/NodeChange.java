package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A proposed change of nodes.
 *
 * @param without globs of the names of nodes that go
 * @param inventory files with ConfigMaps whose lists take the place of those that the nodes report
 */
record NodeChange(List<Glob> without, List<Path> inventory) {

    /** Copies the lists. */
    NodeChange {
        without = List.copyOf(without);
        inventory = List.copyOf(inventory);
    }

    boolean isNone() {
        return without.isEmpty() && inventory.isEmpty();
    }

    /**
     * The nodes after it.
     *
     * @param nodes the nodes that are left
     * @param gone the names of those that went, sorted
     * @param relisted the names of those that have another list, sorted
     */
    record Outcome(ClusterNodes nodes, Set<String> gone, Set<String> relisted) {}

    /**
     * Changes the nodes.
     *
     * @param warnings takes a line for each thing in the files that is left out
     * @throws UnreadableInputException where a file cannot be read, or a glob matches no node
     */
    Outcome of(ClusterNodes nodes, Consumer<String> warnings) throws UnreadableInputException {
        if (isNone()) {
            return new Outcome(nodes, Set.of(), Set.of());
        }
        Map<String, Node> left = new HashMap<>();
        Map<String, NodeInventory> lists = new HashMap<>();
        for (Member member : nodes.members()) {
            left.put(member.node().name(), member.node());
            member.inventory().ifPresent(list -> lists.put(member.node().name(), list));
        }
        Set<String> gone = new TreeSet<>();
        for (Glob glob : without) {
            List<String> found = left.keySet().stream().filter(glob::matches).toList();
            if (found.isEmpty()) {
                throw new UnreadableInputException(
                        "--without-node " + glob.pattern(), "no node of the cluster has such a name");
            }
            gone.addAll(found);
        }
        Set<String> relisted = relist(left.keySet(), lists, warnings);
        left.keySet().removeAll(gone);
        relisted.removeAll(gone);
        boolean inventoried = nodes.isInventoried() || !inventory.isEmpty();
        return new Outcome(
                ClusterNodes.of(left.values(), lists, inventoried, TransientTaints.WELL_KNOWN), gone, relisted);
    }

    private Set<String> relist(Set<String> names, Map<String, NodeInventory> lists, Consumer<String> warnings)
            throws UnreadableInputException {
        ClusterFiles.View files = new ClusterFiles(inventory, List.of(), List.of())
                .read(new InventoryReader(new ProfileLists()), TransientTaints.WELL_KNOWN);
        files.problems().forEach(problem -> warnings.accept(problem.describe()));
        Inventory proposed = files.inventory();
        Set<String> relisted = new TreeSet<>();
        List<String> unknown = new ArrayList<>();
        for (String name : new TreeSet<>(union(proposed))) {
            if (!names.contains(name)) {
                unknown.add(Quoted.bare(name));
                continue;
            }
            relisted.add(name);
            // One that cannot be read is none: the node counts as one that reported nothing.
            Optional.ofNullable(proposed.nodes().get(name))
                    .ifPresentOrElse(list -> lists.put(name, list), () -> lists.remove(name));
        }
        if (!unknown.isEmpty()) {
            warnings.accept("--inventory: no nodes of the cluster, and left out: "
                    + String.join(", ", unknown.subList(0, Math.min(10, unknown.size())))
                    + (unknown.size() > 10 ? " and " + (unknown.size() - 10) + " more" : ""));
        }
        return relisted;
    }

    private static Set<String> union(Inventory inventory) {
        Set<String> names = new TreeSet<>(inventory.nodes().keySet());
        names.addAll(inventory.unreadable());
        return names;
    }
}
