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
}
