package dev.apparmoradmission.inventory;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.inventory.Difference.Kind;
import dev.apparmoradmission.inventory.Norm.Holding;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.wire.NodeNotes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All nodes, each compared with its pool.
 *
 * @param now the instant at which ages are judged
 * @param nodes the nodes, in order of pool and name
 * @param strangers names in the inventory for which there is no node, in order
 */
public record Fleet(Instant now, List<NodeView> nodes, List<String> strangers) {

    private static final Difference OFF = new Difference(Kind.OFF, "", "enabled", "disabled");

    /** Copies the lists. */
    public Fleet {
        nodes = List.copyOf(nodes);
        strangers = List.copyOf(strangers);
    }

    /**
     * Looks at a cluster.
     *
     * @param view what is known of it
     * @param pools which nodes ought to be equal
     * @param maxAge how long a list is believed; absent for ever
     * @param now the present
     */
    public static Fleet of(ClusterFiles.View view, Pools pools, Optional<Duration> maxAge, Instant now) {
        Map<String, List<NodeView>> byPool = new HashMap<>();
        Set<String> known = new HashSet<>();
        for (Member member : view.nodes().members()) {
            known.add(member.node().name());
            NodeNotes notes =
                    view.inventory().notes().getOrDefault(member.node().name(), NodeNotes.NONE);
            NodeView node = view(member, pools.of(member.node()), notes, maxAge, now);
            byPool.computeIfAbsent(node.pool(), any -> new ArrayList<>()).add(node);
        }
        Set<String> strangers = new TreeSet<>(view.inventory().nodes().keySet());
        strangers.addAll(view.inventory().unreadable());
        strangers.removeAll(known);
        List<NodeView> nodes = new ArrayList<>(known.size());
        byPool.values().forEach(alike -> nodes.addAll(compared(alike)));
        nodes.sort(Comparator.comparing(NodeView::pool).thenComparing(NodeView::name));
        return new Fleet(now, nodes, List.copyOf(strangers));
    }

    /** The nodes that differ from their pool. */
    public List<NodeView> differing() {
        return nodes.stream().filter(node -> !node.differences().isEmpty()).toList();
    }

    /** Whether of some node it is not known what it holds. */
    boolean hasUnknown() {
        return nodes.stream().anyMatch(node -> node.standing().isUnknown());
    }

    private static NodeView view(Member member, String pool, NodeNotes notes, Optional<Duration> maxAge, Instant now) {
        NodeAppArmor appArmor = member.appArmor(maxAge, now);
        Standing standing = Standing.of(appArmor.state());
        if (standing == Standing.UNREPORTED && notes.problem().isPresent()) {
            standing = Standing.PROBLEM;
        }
        if (member.node().isWindows()) {
            standing = Standing.WINDOWS;
        }
        NodeView undated = new NodeView(
                member.node().name(),
                pool,
                standing,
                appArmor.runtime(),
                member.inventory(),
                notes,
                List.of(),
                Optional.empty());
        return with(undated, List.of(), undated.observedAt().map(at -> Duration.between(at, now)));
    }

    private static List<NodeView> compared(List<NodeView> pool) {
        Norm norm =
                Norm.of(pool.stream().flatMap(node -> holding(node).stream()).toList());
        long on = pool.stream()
                .filter(node -> node.standing() == Standing.ENABLED)
                .count();
        long off = pool.stream()
                .filter(node -> node.standing() == Standing.DISABLED)
                .count();
        return pool.stream()
                .map(node -> {
                    if (node.standing() == Standing.DISABLED && on > 0 && on >= off) {
                        return with(node, List.of(OFF), node.age());
                    }
                    List<Difference> differences =
                            holding(node).map(norm::differences).orElse(List.of());
                    return with(node, differences, node.age());
                })
                .toList();
    }

    /** Only lists that are believed are compared: an old one would differ by its age alone. */
    private static Optional<Holding> holding(NodeView node) {
        return node.standing() == Standing.ENABLED
                ? Optional.of(new Holding(
                        node.reported().orElse(ProfileList.EMPTY), node.notes().contents()))
                : Optional.empty();
    }

    private static NodeView with(NodeView node, List<Difference> differences, Optional<Duration> age) {
        return new NodeView(
                node.name(),
                node.pool(),
                node.standing(),
                node.runtime(),
                node.inventory(),
                node.notes(),
                differences,
                age);
    }
}
