package dev.apparmoradmission.doctor;

import dev.apparmoradmission.report.Printable;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Lists and counts for a line. */
final class Words {

    private static final int MOST = 5;

    private Words() {}

    /** The first few, in order, and how many more; names are made safe for a line. */
    static String list(Collection<String> items) {
        List<String> sorted = items.stream().distinct().sorted().toList();
        String shown = sorted.stream().limit(MOST).map(Printable::of).collect(Collectors.joining(", "));
        return sorted.size() > MOST ? shown + " and " + (sorted.size() - MOST) + " more" : shown;
    }

    /** {@code 1 node}, {@code 2 nodes}. */
    static String count(long count, String noun) {
        return count + " " + (count == 1 ? noun : noun + "s");
    }
}
