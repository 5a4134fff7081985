package dev.apparmoradmission.node;

import dev.apparmoradmission.profile.ProfileList;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What one node reported of its kernel.
 *
 * @param enabled whether AppArmor is on, in the kernel and for the runtime
 * @param observedAt when the list was read; absent in a list kept by hand
 * @param observedOn the machine and boot it was read on, as far as reported
 * @param profiles what the kernel held
 */
public record NodeInventory(
        boolean enabled, Optional<Instant> observedAt, NodeIdentity observedOn, ProfileList profiles) {

    /** Nothing is said of what comes later than this. */
    static final Duration LONGEST_STEADY = Duration.ofDays(1);

    /**
     * Whether the list was observed further than {@code maxAge} from {@code now}. A list without {@code observed-at} has no
     * age: it is kept by hand, and its author vouches for it, so it never goes stale. One from a near future is fresh, for
     * clocks differ; one from a far future is not, or a node whose clock once ran wild would be believed for years.
     */
    public boolean isStale(Duration maxAge, Instant now) {
        return isStale(observedAt, maxAge, now);
    }

    static boolean isStale(Optional<Instant> observedAt, Duration maxAge, Instant now) {
        return observedAt.isPresent()
                && Duration.between(observedAt.get(), now).abs().compareTo(maxAge) > 0;
    }

    /** For how long from {@code now} on a list observed then stays as stale, or as fresh, as it is; at most a day. */
    static Duration steadyFor(Optional<Instant> observedAt, Duration maxAge, Instant now) {
        if (observedAt.isEmpty()) {
            return LONGEST_STEADY;
        }
        Duration age = Duration.between(observedAt.get(), now);
        if (age.compareTo(maxAge) > 0) {
            return LONGEST_STEADY;
        }
        // One from a far future becomes fresh when it is no further away than it may be old.
        boolean isFresh = age.abs().compareTo(maxAge) <= 0;
        Duration left =
                isFresh ? maxAge.minus(age) : age.negated().minus(maxAge).minusNanos(1);
        return left.compareTo(LONGEST_STEADY) < 0 ? left : LONGEST_STEADY;
    }
}
