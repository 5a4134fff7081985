package dev.apparmoradmission.inventory;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.report.TextTable;
import dev.apparmoradmission.wire.ProfileChange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The fleet for a terminal: a table, below it what the nodes differ in, what weakened lately and what stands in the way of
 * knowing. However many nodes there are, it fits on a few screens, unless all are wanted.
 */
final class FleetText {

    private static final int WIDTH = 100;
    private static final int MOST_LINES = 50;
    private static final int MOST_DIFFERENCES = 6;
    private static final int MOST_CHANGES = 20;
    private static final int LONGEST_PROBLEM = 300;

    private record Key(
            String pool,
            Standing standing,
            String runtime,
            Optional<ProfileList> reported,
            List<Difference> differences) {}

    private final Fleet fleet;
    private final boolean all;
    private final Appendable out;

    FleetText(Fleet fleet, boolean all, Appendable out) {
        this.fleet = fleet;
        this.all = all;
        this.out = out;
    }

    void write() throws IOException {
        if (fleet.nodes().isEmpty()) {
            out.append("No nodes found.\n");
            strangers();
            return;
        }
        table();
        differences();
        changes(fleet.nodes(), all, out);
        problems();
        strangers();
        legend();
        summary();
    }

    private void table() throws IOException {
        List<NodeGroup> groups = NodeGroup.lines(fleet.nodes(), all, FleetText::key);
        List<NodeGroup> shown = groups;
        if (!all && groups.size() > MOST_LINES) {
            // What is wrong must not be cut off by what is well.
            shown = groups.stream()
                    .sorted(Comparator.comparing(group -> isWell(group.first())))
                    .limit(MOST_LINES)
                    .sorted(Comparator.comparing(
                                    (NodeGroup group) -> group.first().pool())
                            .thenComparing(group -> group.first().name()))
                    .toList();
        }
        Map<String, Long> pools =
                fleet.nodes().stream().collect(Collectors.groupingBy(NodeView::pool, Collectors.counting()));
        TextTable table = new TextTable();
        table.row("NODE", "APPARMOR", "AGE", "PROFILES", "RUNTIME", "DIFFERENCES");
        String pool = "";
        for (NodeGroup group : shown) {
            NodeView node = group.first();
            if (pools.size() > 1 && !pool.equals(node.pool())) {
                pool = node.pool();
                table.heading("-- " + Quoted.bare(pool) + ": " + nodes(Math.toIntExact(pools.getOrDefault(pool, 0L))));
            }
            table.row(
                    group.label(),
                    node.standing().word(),
                    Ages.range(group.nodes().stream().map(NodeView::age).toList()),
                    profiles(node),
                    Pools.runtime(node.runtime()),
                    node.differences().isEmpty()
                            ? "-"
                            : Integer.toString(node.differences().size()));
        }
        table.write(out);
        more(groups.size() - shown.size(), "lines");
    }

    private static boolean isWell(NodeView node) {
        return !node.standing().isUnknown() && node.differences().isEmpty();
    }

    private static Object key(NodeView node) {
        return new Key(
                node.pool(), node.standing(), Pools.runtime(node.runtime()), node.reported(), node.differences());
    }

    /** {@code 47}, or {@code 47 (2 complain)} where not all of them restrain. */
    private static String profiles(NodeView node) {
        if (node.reported().isEmpty()) {
            return "-";
        }
        Map<ProfileMode, Integer> modes = new EnumMap<>(ProfileMode.class);
        node.reported().get().modes().values().forEach(mode -> modes.merge(mode, 1, Integer::sum));
        int total = modes.values().stream().mapToInt(Integer::intValue).sum();
        modes.remove(ProfileMode.ENFORCE);
        String others = modes.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey().kernelName())
                .collect(Collectors.joining(", "));
        return others.isEmpty() ? Integer.toString(total) : total + " (" + others + ")";
    }

    private void differences() throws IOException {
        List<NodeGroup> groups = NodeGroup.alike(fleet.differing(), node -> List.of(node.pool(), node.differences()));
        if (groups.isEmpty()) {
            return;
        }
        out.append("\nDifferent from most nodes of their pool:\n");
        int limit = all ? groups.size() : MOST_LINES;
        for (NodeGroup group : groups.subList(0, Math.min(groups.size(), limit))) {
            List<Difference> differences = group.first().differences();
            int most = all ? differences.size() : MOST_DIFFERENCES;
            List<String> items = new ArrayList<>(
                    differences.stream().limit(most).map(Difference::describe).toList());
            if (differences.size() > most) {
                items.add("and " + NodeGroup.count(differences.size() - most) + " more");
            }
            out.append(TextTable.wrapped("  " + group.names() + ":", items, ",", 4, WIDTH));
        }
        more(groups.size() - limit, "groups of nodes");
    }

    /** What the agents saw weaken, newest first. */
    static void changes(List<NodeView> nodes, boolean all, Appendable out) throws IOException {
        record Seen(String node, ProfileChange change) {}
        Comparator<Seen> newest = Comparator.comparing(
                        (Seen seen) -> seen.change().at())
                .reversed()
                .thenComparing(Seen::node);
        List<Seen> seen = nodes.stream()
                .flatMap(node -> node.notes().changes().stream().map(change -> new Seen(node.name(), change)))
                .sorted(newest)
                .toList();
        if (seen.isEmpty()) {
            return;
        }
        out.append("\nWeakened since the agents started:\n");
        int limit = all ? seen.size() : MOST_CHANGES;
        TextTable table = new TextTable();
        for (Seen one : seen.subList(0, Math.min(limit, seen.size()))) {
            ProfileChange change = one.change();
            String after = change.after().equals(ProfileChange.REMOVED)
                    ? ProfileChange.REMOVED
                    : "(" + Quoted.bare(change.after()) + ")";
            table.row(
                    "  " + change.at(),
                    Quoted.bare(one.node()),
                    Quoted.of(change.profile()) + " (" + Quoted.bare(change.before()) + ") -> " + after);
        }
        table.write(out);
        more(seen.size() - limit, "changes", out);
    }

    private void problems() throws IOException {
        List<NodeView> troubled = fleet.nodes().stream()
                .filter(node -> node.notes().problem().isPresent())
                .toList();
        if (troubled.isEmpty()) {
            return;
        }
        out.append("\nWhat agents say that hinders them:\n");
        List<NodeGroup> groups =
                NodeGroup.alike(troubled, node -> node.notes().problem().orElse(""));
        int limit = all ? groups.size() : MOST_LINES;
        for (NodeGroup group : groups.subList(0, Math.min(limit, groups.size()))) {
            String problem = group.first().notes().problem().orElse("");
            out.append("  " + group.names() + ": " + Quoted.of(problem, LONGEST_PROBLEM) + "\n");
        }
        more(groups.size() - limit, "problems");
    }

    private void strangers() throws IOException {
        if (!fleet.strangers().isEmpty()) {
            List<String> names = Stream.concat(
                            fleet.strangers().stream().limit(5).map(Quoted::of),
                            fleet.strangers().size() > 5
                                    ? Stream.of("and "
                                            + NodeGroup.count(fleet.strangers().size() - 5) + " more")
                                    : Stream.empty())
                    .toList();
            out.append('\n').append(TextTable.wrapped("Lists of nodes that do not exist:", names, ",", 2, WIDTH));
        }
    }

    private void legend() throws IOException {
        List<Standing> unwell = fleet.nodes().stream()
                .map(NodeView::standing)
                .filter(standing -> standing != Standing.ENABLED)
                .distinct()
                .sorted()
                .toList();
        if (!unwell.isEmpty()) {
            out.append('\n');
            TextTable table = new TextTable();
            unwell.forEach(standing -> table.row(standing.word(), standing.meaning()));
            table.write(out);
        }
    }

    private void summary() throws IOException {
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        fleet.nodes().forEach(node -> counts.merge(node.standing(), 1, Integer::sum));
        List<String> states = counts.entrySet().stream()
                .map(entry ->
                        NodeGroup.count(entry.getValue()) + " " + entry.getKey().word())
                .toList();
        int differing = fleet.differing().size();
        String differ = differing == 0
                ? "None differs from its pool."
                : NodeGroup.count(differing)
                        + (differing == 1 ? " differs from its pool." : " differ from their pool.");
        out.append('\n')
                .append(TextTable.wrapped(nodes(fleet.nodes().size()) + ":", states, ",", 2, WIDTH))
                .append(differ)
                .append('\n');
    }

    private static String nodes(int number) {
        return NodeGroup.count(number) + (number == 1 ? " node" : " nodes");
    }

    private void more(int number, String what) throws IOException {
        more(number, what, out);
    }

    private static void more(int number, String what, Appendable out) throws IOException {
        if (number > 0) {
            out.append("  and " + NodeGroup.count(number) + " more " + what + " (--all shows them)\n");
        }
    }
}
