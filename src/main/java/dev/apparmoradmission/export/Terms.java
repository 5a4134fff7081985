package dev.apparmoradmission.export;

import dev.apparmoradmission.policy.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long exceptions hold, by the only clock that an expression of the API server has: the time that it writes into whatever
 * is created, before that is judged, and that no client can choose. So what is created is judged as by the webhook. Of what is
 * changed later only the time of its creation is known: what had expired by then excuses nothing, what expired since does, and
 * {@code maxDays} is not looked at.
 */
final class Terms {

    /** What CEL and {@link Expiry} read alike; a day or hour that no calendar has is an error of the evaluation. */
    private static final String DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";

    private static final String PLAIN =
            "^" + DATE + "(T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$";
    /** Other spellings of an instant that {@link Expiry} may read. They excuse: the webhook may hold them for good. */
    private static final String UNUSUAL = "^[+-]?[0-9]{4,9}-[0-9]{2}-[0-9]{2}[Tt]";

    private static final String CREATED = "timestamp(dyn(object).metadata.creationTimestamp)";
    /** The last instant that CEL can write. */
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private final Optional<Integer> maxDays;

    /** @param maxDays how many days ahead an exception may end; absent for no limit */
    Terms(Optional<Integer> maxDays) {
        this.maxDays = maxDays;
    }

    /** Whether an exception that ends then, as a policy file says, holds. */
    List<String> hold(Expiry expiry) {
        List<String> terms = new ArrayList<>();
        terms.add(CREATED + " < " + literal(expiry.end()));
        maxDays.ifPresent(days -> terms.add("(request.operation != 'CREATE' || " + CREATED + " >= "
                + literal(expiry.end().minus(ahead(days, expiry.wholeDay()))) + ")"));
        return terms;
    }

    /**
     * Whether an exception that ends as a text says holds; one that does not end does.
     *
     * @param text an expression, without space at its ends
     */
    String hold(String text) {
        String end = "(size(" + text + ") == 10 ? timestamp(" + text + " + 'T00:00:00Z') + duration('24h') : timestamp("
                + text + "))";
        String holds = CREATED + " < " + end;
        String ahead = maxDays.map(days -> "\n&& (request.operation != 'CREATE' || " + CREATED + " + (size(" + text
                        + ") == 10 ? " + duration(ahead(days, true)) + " : " + duration(ahead(days, false)) + ") >= "
                        + end + ")")
                .orElse("");
        return "(" + text + " == '' || (" + text + ".matches(" + Cel.text(PLAIN) + ")\n? " + holds + ahead + "\n: "
                + text + ".matches(" + Cel.text(UNUSUAL) + ")))";
    }

    /**
     * A date is compared by the day: as it ends with a midnight, that is the same as one day more. And a minute, for the webhook
     * judges a moment after the API server wrote its time, in whole seconds.
     */
    private static Duration ahead(int days, boolean wholeDay) {
        return Duration.ofDays(wholeDay ? days + 1L : days).plusMinutes(1);
    }

    private static String duration(Duration length) {
        return "duration('" + length.toMinutes() + "m')";
    }

    private static String literal(Instant instant) {
        return "timestamp('" + (instant.isAfter(LAST) ? LAST : instant) + "')";
    }
}
