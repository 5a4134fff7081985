package dev.apparmoradmission.node;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * An answer that holds for a while, because lists go stale with time.
 *
 * @param answer the answer
 * @param from the instant for which it was found
 * @param holds for how long after that it is the same
 */
record Lasting<A>(A answer, Instant from, Duration holds) {

    static <A> Lasting<A> always(A answer) {
        return new Lasting<>(answer, Instant.MIN, ChronoUnit.FOREVER.getDuration());
    }

    boolean holdsAt(Instant now) {
        return !now.isBefore(from) && Duration.between(from, now).compareTo(holds) <= 0;
    }
}
