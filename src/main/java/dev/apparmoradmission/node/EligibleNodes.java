package dev.apparmoradmission.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The nodes on which a pod may be started, now or later, without a change of its hard constraints; nodes that are alike to
 * AppArmor stand together.
 *
 * @param parts the groups, none of them empty
 */
public record EligibleNodes(List<Part> parts) {

    /** No node at all. */
    public static final EligibleNodes NONE = new EligibleNodes(List.of());

    /** Copies the list. */
    public EligibleNodes {
        parts = List.copyOf(parts);
    }

    /**
     * Eligible nodes that are alike to AppArmor.
     *
     * @param appArmor what they can do with a profile
     * @param members the nodes
     */
    public record Part(NodeAppArmor appArmor, List<Member> members) {}

    /**
     * A node and what it reported.
     *
     * @param node the node
     * @param inventory its inventory, where there is one
     */
    public record Member(Node node, Optional<NodeInventory> inventory) {
        boolean isStale(Duration maxAge, Instant now) {
            return inventory.filter(list -> list.isStale(maxAge, now)).isPresent();
        }

        /** What is known of the node, whatever the age of its report. */
        public NodeAppArmor appArmor() {
            return inventory
                    .map(reported -> NodeAppArmor.of(node, reported))
                    .orElseGet(() -> NodeAppArmor.unreported(node));
        }

        /** What is known of the node at {@code now}, where a report is believed for {@code maxAge} (absent: for ever). */
        public NodeAppArmor appArmor(Optional<Duration> maxAge, Instant now) {
            NodeAppArmor reported = appArmor();
            boolean stale =
                    reported.state() == NodeAppArmor.State.ENABLED && maxAge.isPresent() && isStale(maxAge.get(), now);
            return stale ? reported.stale() : reported;
        }
    }

    /** Whether no known node can take the pod. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /** How many nodes there are. */
    public int size() {
        int size = 0;
        for (Part part : parts) {
            size += part.members().size();
        }
        return size;
    }

    /**
     * The same nodes, with those set apart whose list is stale at {@code now}. A node that reported
     * AppArmor off stays so however old the report: believing that it has come on would let a pod start there unconfined.
     */
    public EligibleNodes at(Instant now, Duration maxAge) {
        List<Part> judged = new ArrayList<>();
        boolean changed = false;
        for (Part part : parts) {
            if (part.appArmor().state() != NodeAppArmor.State.ENABLED) {
                judged.add(part);
                continue;
            }
            List<Member> stale =
                    part.members().stream().filter(m -> m.isStale(maxAge, now)).toList();
            if (stale.isEmpty()) {
                judged.add(part);
                continue;
            }
            changed = true;
            List<Member> fresh =
                    part.members().stream().filter(m -> !m.isStale(maxAge, now)).toList();
            if (!fresh.isEmpty()) {
                judged.add(new Part(part.appArmor(), fresh));
            }
            judged.add(new Part(part.appArmor().stale(), stale));
        }
        return changed ? new EligibleNodes(judged) : this;
    }
}
