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
 * @param bootId the boot in which it was read, where reported
 * @param profiles what the kernel held
 */
public record NodeInventory(
        boolean enabled, Optional<Instant> observedAt, Optional<String> bootId, ProfileList profiles) {

    /**
     * Whether the list is older than {@code maxAge} at {@code now}. A list without {@code observed-at} has no age: it is kept
     * by hand, and its author vouches for it, so it never goes stale. A list from the future is fresh: clocks differ.
     */
    public boolean isOlderThan(Duration maxAge, Instant now) {
        return observedAt.isPresent() && observedAt.get().plus(maxAge).isBefore(now);
    }
}
