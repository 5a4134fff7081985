package dev.apparmoradmission.cluster.placement;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long a leader stays one. Replicas do not learn at the same time that a policy went: for a while one of them may still
 * let pods in behind our gate, and somebody has to let them go.
 */
final class Tenure {

    /** Longer than a mounted ConfigMap takes to reach every replica (kubelet sync period and cache, 1 to 2 minutes). */
    static final Duration LINGER = Duration.ofMinutes(5);

    private Optional<Instant> unneededSince = Optional.empty();

    /**
     * Whether the leader may go.
     *
     * @param needed whether a policy needs one
     * @param clear whether nothing of ours is left: no label, and no pod behind our gate
     */
    boolean mayEnd(boolean needed, boolean clear, Instant now) {
        if (needed || !clear) {
            unneededSince = Optional.empty();
            return false;
        }
        Instant since = unneededSince.orElse(now);
        unneededSince = Optional.of(since);
        return !now.isBefore(since.plus(LINGER));
    }
}
