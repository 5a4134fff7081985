package dev.apparmoradmission.inventory;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.inventory.Whereabouts.Presence;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.report.TextTable;
import dev.apparmoradmission.wire.NodeNotes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The whereabouts of one profile for a terminal. */
final class WhereaboutsText {

    private static final int WIDTH = 100;
    private static final int MOST_LINES = 50;
    private static final int DIGITS = 12;

    private record Key(Standing standing, String mode, String content) {}

    private final Whereabouts where;
    private final boolean all;
    private final Appendable out;

    WhereaboutsText(Whereabouts where, boolean all, Appendable out) {
        this.where = where;
        this.all = all;
        this.out = out;
    }

    void write() throws IOException {
        if (where.nodes().isEmpty()) {
            out.append("No nodes found.\n");
            return;
        }
        table();
        List<NodeView> changed = where.nodes().stream().map(this::ownChanges).toList();
        FleetText.changes(changed, all, out);
        summary();
    }

    private void table() throws IOException {
        boolean hashed =
                where.nodes().stream().anyMatch(node -> where.content(node).isPresent());
        List<NodeGroup> groups =
                NodeGroup.lines(where.nodes(), all, node -> new Key(node.standing(), mode(node), content(node)));
        TextTable table = new TextTable();
        List<String> header = new ArrayList<>(List.of("NODE", "APPARMOR", "AGE", "MODE"));
        if (hashed) {
            header.add("CONTENT");
        }
        table.row(header.toArray(String[]::new));
        int limit = all ? groups.size() : MOST_LINES;
        for (NodeGroup group : groups.subList(0, Math.min(limit, groups.size()))) {
            NodeView node = group.first();
            List<String> row = new ArrayList<>(List.of(
                    group.label(),
                    node.standing().word(),
                    Ages.range(group.nodes().stream().map(NodeView::age).toList()),
                    mode(node)));
            if (hashed) {
                row.add(content(node));
            }
            table.row(row.toArray(String[]::new));
        }
        table.write(out);
        if (groups.size() > limit) {
            out.append("  and " + NodeGroup.count(groups.size() - limit) + " more lines (--all shows them)\n");
        }
    }

    private String mode(NodeView node) {
        String mode = where.mode(node).map(ProfileMode::kernelName).orElse("missing");
        return switch (where.presence(node)) {
            case ENFORCED, WEAK, MISSING -> mode;
            case OFF -> "-";
            case UNKNOWN -> node.reported().isPresent() ? "unknown (was: " + mode + ")" : "unknown";
        };
    }

    private String content(NodeView node) {
        return where.content(node)
                .map(hash -> Quoted.bare(hash.length() > DIGITS ? hash.substring(0, DIGITS) : hash))
                .orElse("-");
    }

    private NodeView ownChanges(NodeView node) {
        NodeNotes notes = node.notes();
        return new NodeView(
                node.name(),
                node.pool(),
                node.standing(),
                node.runtime(),
                node.inventory(),
                new NodeNotes(
                        notes.problem(),
                        notes.kernel(),
                        Map.of(),
                        notes.changes().stream()
                                .filter(change -> change.profile().equals(where.profile()))
                                .toList()),
                node.differences(),
                node.age());
    }

    private void summary() throws IOException {
        String name = Quoted.of(where.profile());
        List<String> parts = new ArrayList<>();
        parts.add(
                "restrains on " + NodeGroup.count(where.with(Presence.ENFORCED).size()) + " of "
                        + NodeGroup.count(where.nodes().size()) + (where.nodes().size() == 1 ? " node" : " nodes"));
        part(Presence.WEAK, "does not restrain on", parts);
        part(Presence.MISSING, "is missing on", parts);
        part(Presence.OFF, "AppArmor is off on", parts);
        part(Presence.UNKNOWN, "not known on", parts);
        out.append('\n').append(TextTable.wrapped(name, parts, ";", 2, WIDTH));
        if (where.meant().isPresent()) {
            out.append("No node has a profile of that name; did you mean "
                    + Quoted.of(where.meant().get()) + "?\n");
        } else if (where.nodes().stream().noneMatch(node -> where.mode(node).isPresent())) {
            out.append("No node has a profile of that name.\n");
        }
    }

    private void part(Presence presence, String words, List<String> parts) {
        List<NodeView> nodes = where.with(presence);
        if (!nodes.isEmpty()) {
            parts.add(words + " " + NodeGroup.count(nodes.size()) + " (" + new NodeGroup(nodes).names() + ")");
        }
    }
}
