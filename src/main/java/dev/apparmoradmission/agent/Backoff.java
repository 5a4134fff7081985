package dev.apparmoradmission.agent;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait between attempts: doubling, and scattered, so that a fleet does not come back all at once. */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** The wait after one more failure: between half and the whole of what doubling gives. */
    Duration next() {
        int doublings = Math.min(failures++, 20);
        long whole = Math.min(first.toMillis() << doublings, longest.toMillis());
        return Duration.ofMillis(whole / 2 + random.nextLong(whole / 2 + 1));
    }

    /** How many failures there were in a row. */
    int failures() {
        return failures;
    }

    /** It works again. */
    void reset() {
        failures = 0;
    }
}
