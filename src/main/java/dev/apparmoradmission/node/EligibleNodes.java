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
     * @param oldest the earliest instant at which one of them was observed; absent where none tells
     * @param newest the latest
     */
    public record Part(
            NodeAppArmor appArmor, List<Member> members, Optional<Instant> oldest, Optional<Instant> newest) {

        /** Looks once for the instants, which every decision then compares instead of those of all members. */
        Part(NodeAppArmor appArmor, List<Member> members) {
            this(appArmor, members, observed(members, -1), observed(members, 1));
        }

        private static Optional<Instant> observed(List<Member> members, int sign) {
            Optional<Instant> found = Optional.empty();
            for (Member member : members) {
                Optional<Instant> at = member.inventory().flatMap(NodeInventory::observedAt);
                if (at.isPresent()
                        && (found.isEmpty() || Integer.signum(at.get().compareTo(found.get())) == sign)) {
                    found = at;
                }
            }
            return found;
        }

        /** Whether there may be members whose list is stale: if neither the oldest nor the newest is, none is. */
        boolean mayBeStale(Duration maxAge, Instant now) {
            return NodeInventory.isStale(oldest, maxAge, now) || NodeInventory.isStale(newest, maxAge, now);
        }
    }

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
        List<Part> judged = new ArrayList<>(parts.size());
        boolean changed = false;
        for (Part part : parts) {
            if (part.appArmor().state() != NodeAppArmor.State.ENABLED || !part.mayBeStale(maxAge, now)) {
                judged.add(part);
                continue;
            }
            List<Member> stale =
                    part.members().stream().filter(m -> m.isStale(maxAge, now)).toList();
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
