package dev.apparmoradmission.inventory;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Ages in one short word: {@code 40s}, {@code 12m}, {@code 5h}, {@code 3d}; {@code -10m} where a clock is ahead. */
final class Ages {

    private Ages() {}

    /** One age; {@code -} where there is none. */
    static String of(Optional<Duration> age) {
        return age.map(Ages::of).orElse("-");
    }

    /** From the youngest to the oldest of several. */
    static String range(List<Optional<Duration>> ages) {
        List<Duration> known = ages.stream().flatMap(Optional::stream).toList();
        if (known.isEmpty()) {
            return "-";
        }
        String youngest = of(known.stream().min(Comparator.naturalOrder()).orElseThrow());
        String oldest = of(known.stream().max(Comparator.naturalOrder()).orElseThrow());
        return youngest.equals(oldest) ? youngest : youngest + " to " + oldest;
    }

    private static String of(Duration age) {
        Duration length = age.abs();
        String sign = age.isNegative() && length.toSeconds() > 0 ? "-" : "";
        if (length.toMinutes() < 1) {
            return sign + length.toSeconds() + "s";
        }
        if (length.toHours() < 1) {
            return sign + length.toMinutes() + "m";
        }
        return sign + (length.toHours() < 48 ? length.toHours() + "h" : length.toDays() + "d");
    }
}
