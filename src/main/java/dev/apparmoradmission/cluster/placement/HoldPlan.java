package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What has to be done for a pod behind our gate. The decision is the one that the validating door takes when the gate goes:
 * what is let go here is let through there, as long as both know the same.
 */
sealed interface HoldPlan {

    /** The gate goes. */
    record Release() implements HoldPlan {}

    /**
     * The pod waits, and is to say so.
     *
     * @param condition why
     * @param event what is told once; absent where it has been told
     */
    record Tell(HoldCondition condition, Optional<HoldEvent> event) implements HoldPlan {}

    /** The pod waits, and says so already. */
    record Wait() implements HoldPlan {}

    /**
     * Plans for one pod.
     *
     * @param deadline how long it should wait at most
     */
    static HoldPlan of(HeldPod held, Snapshot snapshot, Duration deadline, Instant now) {
        Workload free = held.pod().withPlacement(held.pod().spec().placement().released());
        Decision decision = Decider.decide(free, new Operation.Update(Requester.ANYONE, held.pod()), snapshot, now);
        if (decision.allowed()) {
            return new Release();
        }
        HoldCondition waiting = HoldCondition.waiting(decision);
        boolean overdue = !now.isBefore(held.created().plus(deadline));
        HoldCondition condition = overdue ? waiting.overdue(inWords(deadline)) : waiting;
        if (held.condition().filter(condition::equals).isPresent()) {
            return new Wait();
        }
        return new Tell(condition, event(held.condition(), condition, overdue));
    }

    /** Told by what the pod itself says, so that no leader repeats what one before it told. */
    private static Optional<HoldEvent> event(Optional<HoldCondition> before, HoldCondition now, boolean overdue) {
        if (overdue) {
            return before.filter(condition -> condition.reason().equals(HoldCondition.DEADLINE_EXCEEDED))
                            .isPresent()
                    ? Optional.empty()
                    : Optional.of(HoldEvent.overdue(now));
        }
        return before.isPresent() ? Optional.empty() : Optional.of(HoldEvent.held(now));
    }

    private static String inWords(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds % 3600 == 0) {
            return seconds / 3600 + " h";
        }
        return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
}
