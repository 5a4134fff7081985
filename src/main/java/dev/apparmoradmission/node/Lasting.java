package dev.apparmoradmission.node;

import java.time.Duration;
import java.time.Instant;

/**
 * An answer that holds for a while, because lists go stale with time.
 *
 * @param answer the answer
 * @param from the first instant for which it holds
 * @param until the last
 */
record Lasting<A>(A answer, Instant from, Instant until) {

    static <A> Lasting<A> always(A answer) {
        return new Lasting<>(answer, Instant.MIN, Instant.MAX);
    }

    static <A> Lasting<A> beginning(Instant now, Duration holds, A answer) {
        boolean endless = now.isAfter(Instant.MAX.minus(holds));
        return new Lasting<>(answer, now, endless ? Instant.MAX : now.plus(holds));
    }

    boolean holdsAt(Instant now) {
        return !now.isBefore(from) && !now.isAfter(until);
    }
}
