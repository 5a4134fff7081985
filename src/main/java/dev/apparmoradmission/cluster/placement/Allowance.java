package dev.apparmoradmission.cluster.placement;

import java.time.Duration;
import java.time.Instant;

/** How many writes may be made now: so many a second, and no more than those of one second at once. */
final class Allowance {

    private final int perSecond;
    private double left;
    private Instant counted = Instant.MIN;

    Allowance(int perSecond) {
        this.perSecond = perSecond;
        this.left = perSecond;
    }

    /** Takes one, if there is one. */
    boolean take(Instant now) {
        if (counted.equals(Instant.MIN) || now.isBefore(counted)) {
            counted = now;
        }
        double seconds = Duration.between(counted, now).toNanos() / 1e9;
        left = Math.min(perSecond, left + seconds * perSecond);
        counted = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
