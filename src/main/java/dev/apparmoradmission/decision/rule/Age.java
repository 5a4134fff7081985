package dev.apparmoradmission.decision.rule;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The age of an inventory in words that stay the same for a while: a denial that changed with every second could not be
 * recognised as the same one when a controller tries again (semantics §8.1).
 */
final class Age {

    private record Step(String words, Duration atLeast) {}

    private static final List<Step> STEPS = List.of(
            new Step("over a year old", Duration.ofDays(365)),
            new Step("over 30 days old", Duration.ofDays(30)),
            new Step("over 7 days old", Duration.ofDays(7)),
            new Step("over 3 days old", Duration.ofDays(3)),
            new Step("over 24 h old", Duration.ofDays(1)),
            new Step("over 12 h old", Duration.ofHours(12)),
            new Step("over 6 h old", Duration.ofHours(6)),
            new Step("over 3 h old", Duration.ofHours(3)),
            new Step("over 1 h old", Duration.ofHours(1)),
            new Step("over 30 min old", Duration.ofMinutes(30)),
            new Step("over 10 min old", Duration.ofMinutes(10)),
            new Step("over 1 min old", Duration.ofMinutes(1)));

    private Age() {}

    /** How long before {@code now} this was, such as {@code over 24 h old}. */
    static String between(Instant observed, Instant now) {
        if (observed.equals(Instant.EPOCH)) {
            return "of unknown age";
        }
        if (observed.isAfter(now)) {
            return "from the future: a clock is wrong";
        }
        Duration age = Duration.between(observed, now);
        return STEPS.stream()
                .filter(step -> age.compareTo(step.atLeast()) >= 0)
                .findFirst()
                .map(Step::words)
                .orElse("less than 1 min old");
    }
}
