package dev.apparmoradmission.inventory;

import dev.apparmoradmission.decision.Quoted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Nodes that share a line because they have all that it says in common.
 *
 * @param nodes the nodes; never empty
 */
record NodeGroup(List<NodeView> nodes) {

    /** Nodes that each get a line of their own; of more, those that are alike share one. */
    private static final int FEW = 20;

    /** Nodes that a remark names. */
    private static final int NAMED = 3;

    /** Copies the list. */
    NodeGroup {
        nodes = List.copyOf(nodes);
    }

    /** The first of them, which stands for all. */
    NodeView first() {
        return nodes.get(0);
    }

    /** As a table names them. */
    String label() {
        String first = Quoted.bare(first().name());
        return nodes.size() == 1 ? first : first + " and " + count(nodes.size() - 1) + " more";
    }

    /** As a remark names them. */
    String names() {
        String names = nodes.stream()
                .limit(NAMED)
                .map(node -> Quoted.bare(node.name()))
                .collect(Collectors.joining(", "));
        return nodes.size() > NAMED ? names + " and " + count(nodes.size() - NAMED) + " more" : names;
    }

    /** A number of nodes as people write it. */
    static String count(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** The lines of a table: nodes alike by this key together, unless they are few or all are wanted. */
    static List<NodeGroup> lines(Collection<NodeView> nodes, boolean all, Function<NodeView, Object> key) {
        return all || nodes.size() <= FEW
                ? nodes.stream().map(node -> new NodeGroup(List.of(node))).toList()
                : alike(nodes, key);
    }

    /** Nodes alike by this key together, in order of the first of each. */
    static List<NodeGroup> alike(Collection<NodeView> nodes, Function<NodeView, Object> key) {
        Map<Object, List<NodeView>> groups = new LinkedHashMap<>();
        nodes.forEach(node -> groups.computeIfAbsent(key.apply(node), any -> new ArrayList<>())
                .add(node));
        return groups.values().stream().map(NodeGroup::new).toList();
    }
}
