package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.workload.Placement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Lets the pods behind our gate go as soon as they may, and has the others say why they wait. Not for use by several threads.
 */
final class HeldPods {

    private static final int WRITES_PER_SECOND = 50;
    private static final Duration NEXT_LOT = Duration.ofMillis(200);

    /** Carries a plan out. */
    interface Writer {
        /**
         * Takes our gate, and only ours, from that very pod.
         *
         * @throws Refusal if it is not taken, or nobody knows
         */
        void release(HeldPod held) throws Refusal;

        /**
         * Writes our condition.
         *
         * @return the pod as it is then
         * @throws Refusal if it is not written, or nobody knows
         */
        HeldPod tell(HeldPod held, HoldCondition condition) throws Refusal;

        /**
         * Writes an event.
         *
         * @throws Refusal if it is not written, or nobody knows
         */
        void tell(HeldPod held, HoldEvent event) throws Refusal;
    }

    private final Writer writer;
    private final PlacementReports reports;
    private final Troubles troubles;
    private final Duration deadline;
    private final InstantSource clock;
    private final Allowance allowance = new Allowance(WRITES_PER_SECOND);
    private final Retries retries = new Retries();
    /** Pods that were let go and do not say so yet. */
    private final Map<String, HeldPod> untold = new LinkedHashMap<>();
    /** States that came back with a write and that the watch may not have shown yet. */
    private final Map<String, HeldPod> written = new HashMap<>();

    HeldPods(Writer writer, PlacementReports reports, Troubles troubles, Duration deadline, InstantSource clock) {
        this.writer = writer;
        this.reports = reports;
        this.troubles = troubles;
        this.deadline = deadline;
        this.clock = clock;
    }

    /**
     * Does what is to be done now. Ends early when the work is another's.
     *
     * @param watched the pods behind our gate
     * @return when to come again though nothing changes; empty for never
     */
    Optional<Instant> round(Collection<HeldPod> watched, Snapshot snapshot, BooleanSupplier leading) {
        Instant now = clock.instant();
        reports.held(watched.size());
        forget(watched);
        tellReleased(now, leading);
        Optional<Instant> again = Optional.empty();
        for (HeldPod seen : watched) {
            HeldPod echo = written.get(seen.key());
            HeldPod held = echo != null && echo.isLaterThan(seen) ? echo : seen;
            if (!held.gates().contains(Placement.HOLD_GATE)
                    || untold.containsKey(held.key())
                    || !retries.may(held.key(), now)) {
                continue;
            }
            HoldPlan plan = HoldPlan.of(held, snapshot, deadline, now);
            if (plan instanceof HoldPlan.Wait) {
                again = sooner(again, held.created().plus(deadline), now);
                continue;
            }
            if (!leading.getAsBoolean()) {
                return Optional.empty();
            }
            if (!allowance.take(clock.instant())) {
                return sooner(again, now.plus(NEXT_LOT), now);
            }
            if (!carryOut(plan, held)) {
                break;
            }
            again = sooner(again, held.created().plus(deadline), now);
        }
        Optional<Instant> retry = retries.next(clock.instant());
        return retry.isPresent() ? sooner(again, retry.get(), now) : again;
    }

    /** False if the others need not be tried now. */
    private boolean carryOut(HoldPlan plan, HeldPod held) {
        try {
            if (plan instanceof HoldPlan.Tell tell) {
                tell(held, tell.condition(), tell.event());
                if (tell.event().filter(HoldEvent::isOverdue).isPresent()) {
                    reports.overdue();
                }
            } else {
                writer.release(held);
                reports.released(Duration.between(held.created(), clock.instant()));
                retries.succeeded(held.key());
                untold.put(held.key(), held);
                tellReleased(held);
            }
            retries.succeeded(held.key());
            troubles.can(Troubles.Work.GATES);
            return true;
        } catch (Refusal refusal) {
            retries.failed(held.key(), clock.instant());
            return switch (refusal.kind()) {
                // Gone, changed meanwhile, or another replica does not know yet what we know: it is looked at again.
                case GONE, REFUSED -> true;
                case FORBIDDEN, UNREACHABLE -> {
                    troubles.cannot(Troubles.Work.GATES, refusal);
                    yield false;
                }
            };
        }
    }

    private void tellReleased(Instant now, BooleanSupplier leading) {
        for (HeldPod held : List.copyOf(untold.values())) {
            if (!leading.getAsBoolean()) {
                untold.clear();
            } else if (retries.may(held.key(), now)) {
                try {
                    tellReleased(held);
                } catch (Refusal refusal) {
                    retries.failed(held.key(), clock.instant());
                }
            }
        }
    }

    /** It runs already: whether it says so is tried again only where the server may answer otherwise. */
    private void tellReleased(HeldPod held) throws Refusal {
        try {
            tell(held, HoldCondition.RELEASED, Optional.of(HoldEvent.released()));
            untold.remove(held.key());
        } catch (Refusal refusal) {
            if (refusal.kind() != Refusal.Kind.UNREACHABLE) {
                untold.remove(held.key());
            }
            throw refusal;
        }
    }

    /** The condition first: an event that is lost is better than one that every new leader tells again. */
    private void tell(HeldPod held, HoldCondition condition, Optional<HoldEvent> event) throws Refusal {
        HeldPod now = writer.tell(held, condition);
        written.put(held.key(), now);
        if (event.isPresent()) {
            writer.tell(held, event.get());
        }
    }

    private void forget(Collection<HeldPod> watched) {
        Map<String, HeldPod> current = new HashMap<>();
        watched.forEach(held -> current.put(held.key(), held));
        Set<String> keys = new HashSet<>(current.keySet());
        keys.addAll(untold.keySet());
        retries.retain(keys);
        written.entrySet().removeIf(entry -> {
            HeldPod seen = current.get(entry.getKey());
            return seen == null || !entry.getValue().isLaterThan(seen);
        });
    }

    private static Optional<Instant> sooner(Optional<Instant> one, Instant other, Instant now) {
        if (!other.isAfter(now)) {
            return one;
        }
        return one.isPresent() && one.get().isBefore(other) ? one : Optional.of(other);
    }
}
