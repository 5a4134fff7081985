package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.cluster.placement.PlacementReports.LabelWrite;
import dev.apparmoradmission.node.ClusterNodes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;

/**
 * Keeps the labels of nodes as their inventories have it: takes away what somebody forged, puts back what somebody removed,
 * and writes nothing that is there. Each round starts from the newest picture; not for use by several threads.
 */
final class NodeLabeller {

    private static final int WRITES_PER_SECOND = 50;
    /** How long a write may take to come back as an event before it counts as undone by somebody else. */
    private static final Duration ECHO = Duration.ofSeconds(3);
    /** Stands for all nodes where one is named. */
    private static final String ALL = "";
    /** How soon to go on where more is to be written than may be at once. */
    private static final Duration NEXT_LOT = Duration.ofMillis(200);

    /** Carries a change out. */
    interface Writer {
        /**
         * Writes these labels of that very node, and nothing else.
         *
         * @throws Refusal if they are not written, or nobody knows
         */
        void write(LabelPlan.Change change) throws Refusal;
    }

    private record Written(SortedMap<String, Optional<String>> labels, Instant until) {}

    private final Writer writer;
    private final PlacementReports reports;
    private final Troubles troubles;
    private final InstantSource clock;
    private final Allowance allowance = new Allowance(WRITES_PER_SECOND);
    private final Retries retries = new Retries();
    private final Map<String, Written> written = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private WantedLabels wanted = new WantedLabels(PlacementNeeds.NONE);
    private Map<String, Integer> crowded = Map.of();

    NodeLabeller(Writer writer, PlacementReports reports, Troubles troubles, InstantSource clock) {
        this.writer = writer;
        this.reports = reports;
        this.troubles = troubles;
        this.clock = clock;
    }

    /**
     * What a round came to.
     *
     * @param settled whether every node carries what it should
     * @param again when to come again though nothing changes; absent for never
     */
    record Outcome(boolean settled, Optional<Instant> again) {}

    /** Writes what is to be written now. Ends early when the work is another's. */
    Outcome round(ClusterNodes nodes, PlacementNeeds needs, BooleanSupplier leading) {
        if (!wanted.needs().equals(needs)) {
            wanted = new WantedLabels(needs);
        }
        Instant now = clock.instant();
        LabelPlan plan = LabelPlan.of(nodes, wanted, now);
        tellCrowded(plan.crowded());
        forget(nodes, now);
        Optional<Instant> again = plan.nextExpiry();
        for (LabelPlan.Change change : plan.changes()) {
            Written before = written.get(change.node());
            if (before != null && before.labels().equals(change.labels())) {
                again = sooner(again, before.until());
                continue;
            }
            if (!retries.may(change.node(), now) || !retries.may(ALL, now)) {
                continue;
            }
            if (!leading.getAsBoolean()) {
                return new Outcome(false, Optional.empty());
            }
            if (!allowance.take(clock.instant())) {
                again = sooner(again, now.plus(NEXT_LOT));
                break;
            }
            write(change);
        }
        return new Outcome(plan.changes().isEmpty(), sooner(again, retries.next(clock.instant())));
    }

    private void write(LabelPlan.Change change) {
        try {
            writer.write(change);
            written.put(
                    change.node(), new Written(change.labels(), clock.instant().plus(ECHO)));
            retries.succeeded(change.node());
            retries.succeeded(ALL);
            refused.remove(change.node());
            if (refused.isEmpty()) {
                troubles.can(Troubles.Work.LABELS);
            }
            reports.labels(LabelWrite.WRITTEN);
        } catch (Refusal refusal) {
            switch (refusal.kind()) {
                // The next picture will show what became of it.
                case GONE -> retries.failed(change.node(), clock.instant());
                case REFUSED -> {
                    refused.add(change.node());
                    retries.failed(change.node(), clock.instant());
                    troubles.cannot(Troubles.Work.LABELS, refusal);
                    reports.labels(LabelWrite.FAILED);
                }
                case FORBIDDEN, UNREACHABLE -> {
                    // It is not this node: all the others wait with it.
                    retries.failed(ALL, clock.instant());
                    troubles.cannot(Troubles.Work.LABELS, refusal);
                    reports.labels(LabelWrite.FAILED);
                }
            }
        }
    }

    private void forget(ClusterNodes nodes, Instant now) {
        Set<String> names = new HashSet<>();
        nodes.members().forEach(member -> names.add(member.node().name()));
        written.values().removeIf(write -> !now.isBefore(write.until()));
        written.keySet().retainAll(names);
        refused.retainAll(names);
        names.add(ALL);
        retries.retain(names);
    }

    private void tellCrowded(SortedMap<String, Integer> now) {
        if (now.equals(crowded)) {
            return;
        }
        crowded = Map.copyOf(now);
        reports.withoutLabel(now.values().stream().mapToInt(Integer::intValue).sum());
        if (!now.isEmpty()) {
            String node = now.firstKey();
            reports.remarked("Node " + node + (now.size() > 1 ? " and " + (now.size() - 1) + " more have" : " has")
                    + " more than " + WantedLabels.MOST_PROFILES
                    + " profiles that policies with placement Steer allow; "
                    + now.get(node) + " of " + node + " get no label, and pods that name them are never placed there."
                    + " Narrow localhost.allowed of those policies to the names that pods use");
        }
    }

    private static Optional<Instant> sooner(Optional<Instant> one, Instant other) {
        return one.isPresent() && one.get().isBefore(other) ? one : Optional.of(other);
    }

    private static Optional<Instant> sooner(Optional<Instant> one, Optional<Instant> other) {
        return other.isEmpty() ? one : sooner(one, other.get());
    }
}
