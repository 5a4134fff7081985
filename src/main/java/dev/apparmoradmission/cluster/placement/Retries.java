package dev.apparmoradmission.cluster.placement;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** When something that failed may be tried again: later each time. Not for use by several threads. */
final class Retries {

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private record Failed(Duration waited, Instant again) {}

    private final Map<String, Failed> failed = new HashMap<>();

    /** Whether it may be tried. */
    boolean may(String what, Instant now) {
        Failed last = failed.get(what);
        // A clock that was set back must not make a wait of seconds one of hours.
        return last == null
                || !now.isBefore(last.again())
                || Duration.between(now, last.again()).compareTo(LONGEST) > 0;
    }

    void failed(String what, Instant now) {
        Failed last = failed.get(what);
        Duration wait = last == null ? SHORTEST : last.waited().multipliedBy(2);
        if (wait.compareTo(LONGEST) > 0) {
            wait = LONGEST;
        }
        failed.put(what, new Failed(wait, now.plus(wait)));
    }

    void succeeded(String what) {
        failed.remove(what);
    }

    /** Forgets everything that is not among these. */
    void retain(Collection<String> known) {
        failed.keySet().retainAll(known);
    }

    /** When the next of them may be tried again. */
    Optional<Instant> next(Instant now) {
        return failed.values().stream()
                .map(Failed::again)
                .filter(again -> again.isAfter(now))
                .min(Comparator.naturalOrder());
    }
}
