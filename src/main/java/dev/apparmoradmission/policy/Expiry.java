package dev.apparmoradmission.policy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * When an exception ends: a date holds to the end of that day, UTC; an instant holds until that instant.
 *
 * @param text as written
 * @param end the first instant at which it no longer holds
 * @param wholeDay whether a date was written
 */
public record Expiry(String text, Instant end, boolean wholeDay) {

    /** Reads a date ({@code 2027-03-01}) or an RFC 3339 instant; empty where the text is neither. */
    public static Optional<Expiry> parse(String text) {
        String trimmed = text.strip();
        try {
            if (trimmed.length() == 10) {
                LocalDate day = LocalDate.parse(trimmed);
                Instant end = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
                return Optional.of(new Expiry(trimmed, end, true));
            }
            return Optional.of(new Expiry(trimmed, OffsetDateTime.parse(trimmed).toInstant(), false));
        } catch (DateTimeParseException neither) {
            return Optional.empty();
        }
    }

    /** Whether it is over at this instant. */
    public boolean hasPassed(Instant now) {
        return !now.isBefore(end);
    }

    /** Whether it lies more than so many days ahead; a date is compared by the day. */
    public boolean liesFurtherAhead(int days, Instant now) {
        Instant latest = wholeDay
                ? now.atOffset(ZoneOffset.UTC)
                        .toLocalDate()
                        .plusDays(days + 1L)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant()
                : now.plus(Duration.ofDays(days));
        return end.isAfter(latest);
    }
}
