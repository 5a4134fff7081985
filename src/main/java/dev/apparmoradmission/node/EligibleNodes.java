package dev.apparmoradmission.node;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The nodes on which a pod may be started, now or later, without a change of its hard constraints; nodes that are alike to
 * AppArmor stand together. Many decisions share one value, which remembers what they asked of it where there are many nodes.
 */
public final class EligibleNodes {

    /** No node at all. */
    public static final EligibleNodes NONE = new EligibleNodes(List.of());

    /** Fewer are asked again each time, which is as fast as to remember. */
    private static final int MANY = 8;

    private static final int MOST_PROFILES = 32;
    /** Longer names are asked anew each time. */
    private static final int LONGEST_PROFILE = 256;
    /** Of one cluster, the policies' own; few have two. */
    private static final int MOST_AGES = 4;

    private final List<Part> parts;
    private final List<Part> without;
    private final List<Part> unknown;
    private final int size;
    private final Optional<Instant> oldest;
    private final Optional<Instant> newest;
    private final ProfileKinds each;
    private final Recent<Optional<String>, ProfileKinds> kinds = new Recent<>(MOST_PROFILES);
    private final Recent<Duration, Lasting<EligibleNodes>> aged = new Recent<>(MOST_AGES);

    /**
     * Copies the list.
     *
     * @param parts the groups, none of them empty
     */
    public EligibleNodes(List<Part> parts) {
        this.parts = List.copyOf(parts);
        this.each = ProfileKinds.each(this.parts);
        List<Part> off = List.of();
        List<Part> unsure = List.of();
        Optional<Instant> earliest = Optional.empty();
        Optional<Instant> latest = Optional.empty();
        int count = 0;
        for (Part part : this.parts) {
            count += part.members().size();
            switch (part.appArmor().state()) {
                case ENABLED -> {
                    earliest = Part.outer(earliest, part.oldest(), -1);
                    latest = Part.outer(latest, part.newest(), 1);
                }
                case DISABLED -> off = with(off, part);
                case UNREPORTED, STALE, REBOOTED, REPLACED -> unsure = with(unsure, part);
            }
        }
        this.without = List.copyOf(off);
        this.unknown = List.copyOf(unsure);
        this.size = count;
        this.oldest = earliest;
        this.newest = latest;
    }

    /** Mostly there is none: then nothing is allocated. */
    private static List<Part> with(List<Part> parts, Part more) {
        List<Part> all = parts.isEmpty() ? new ArrayList<>() : parts;
        all.add(more);
        return all;
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
                found = outer(found, member.inventory().flatMap(NodeInventory::observedAt), sign);
            }
            return found;
        }

        /** The earlier (-1) or the later (1) of two instants, where there are two. */
        private static Optional<Instant> outer(Optional<Instant> one, Optional<Instant> other, int sign) {
            boolean further = other.isPresent()
                    && (one.isEmpty() || Integer.signum(other.get().compareTo(one.get())) == sign);
            return further ? other : one;
        }

        /** Whether there may be members whose list is stale: if neither the oldest nor the newest is, none is. */
        boolean mayBeStale(Duration maxAge, Instant now) {
            return NodeInventory.isStale(oldest, maxAge, now) || NodeInventory.isStale(newest, maxAge, now);
        }

        /** For how long from {@code now} on no member's list becomes stale, or fresh. */
        Duration steadyFor(Duration maxAge, Instant now) {
            if (!mayBeStale(maxAge, now)) {
                return NodeInventory.steadyFor(oldest, maxAge, now);
            }
            Duration shortest = NodeInventory.LONGEST_STEADY;
            for (Member member : members) {
                Duration own =
                        NodeInventory.steadyFor(member.inventory().flatMap(NodeInventory::observedAt), maxAge, now);
                shortest = own.compareTo(shortest) < 0 ? own : shortest;
            }
            return shortest;
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

    /** The groups, none of them empty. */
    public List<Part> parts() {
        return parts;
    }

    /** Those with AppArmor off. */
    public List<Part> withoutAppArmor() {
        return without;
    }

    /** Those of which nothing can be said. */
    public List<Part> unknown() {
        return unknown;
    }

    /** Whether no known node can take the pod. */
    public boolean isEmpty() {
        return parts.isEmpty();
    }

    /** How many nodes there are. */
    public int size() {
        return size;
    }

    /** Every part as a kind of its own. */
    public ProfileKinds each() {
        return each;
    }

    /**
     * The kinds of node among the parts, as far as one profile is concerned.
     *
     * @param profile its name; absent for the default profile of each node's own runtime
     */
    public ProfileKinds by(Optional<String> profile) {
        if (parts.size() <= MANY || profile.isPresent() && profile.get().length() > LONGEST_PROFILE) {
            return each;
        }
        Optional<ProfileKinds> known = kinds.find(profile);
        return known.isPresent() ? known.get() : kinds.keep(profile, ProfileKinds.of(parts, profile));
    }

    /**
     * The same nodes, with those set apart whose list is stale at {@code now}. A node that reported
     * AppArmor off stays so however old the report: believing that it has come on would let a pod start there unconfined.
     */
    public EligibleNodes at(Instant now, Duration maxAge) {
        if (!NodeInventory.isStale(oldest, maxAge, now) && !NodeInventory.isStale(newest, maxAge, now)) {
            return this;
        }
        if (size <= MANY) {
            return setApart(now, maxAge);
        }
        Optional<Lasting<EligibleNodes>> known = aged.find(maxAge);
        if (known.isPresent() && known.get().holdsAt(now)) {
            return known.get().answer();
        }
        Lasting<EligibleNodes> found = Lasting.beginning(now, steadyFor(maxAge, now), setApart(now, maxAge));
        return aged.keep(maxAge, found).answer();
    }

    private EligibleNodes setApart(Instant now, Duration maxAge) {
        List<Part> judged = new ArrayList<>(parts.size());
        for (Part part : parts) {
            if (part.appArmor().state() != NodeAppArmor.State.ENABLED || !part.mayBeStale(maxAge, now)) {
                judged.add(part);
                continue;
            }
            List<Member> stale =
                    part.members().stream().filter(m -> m.isStale(maxAge, now)).toList();
            List<Member> fresh =
                    part.members().stream().filter(m -> !m.isStale(maxAge, now)).toList();
            if (!fresh.isEmpty()) {
                judged.add(new Part(part.appArmor(), fresh));
            }
            judged.add(new Part(part.appArmor().stale(), stale));
        }
        return new EligibleNodes(judged);
    }

    /** For how long from {@code now} on no list that counts becomes stale, or fresh. */
    Duration steadyFor(Duration maxAge, Instant now) {
        Duration shortest = NodeInventory.LONGEST_STEADY;
        for (Part part : parts) {
            if (part.appArmor().state() == NodeAppArmor.State.ENABLED) {
                Duration own = part.steadyFor(maxAge, now);
                shortest = own.compareTo(shortest) < 0 ? own : shortest;
            }
        }
        return shortest;
    }

    @Override
    public String toString() {
        return parts.toString();
    }
}
