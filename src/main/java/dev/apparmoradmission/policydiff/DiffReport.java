package dev.apparmoradmission.policydiff;

import java.io.IOException;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A form in which a difference is told. */
interface DiffReport {

    /** Writes all of it. */
    void write(Header header, Difference difference) throws IOException;

    /**
     * What was compared.
     *
     * @param before the hash of the policies before
     * @param after the hash of those after
     * @param now the instant at which was judged
     * @param gone the names of nodes that went
     * @param relisted the names of nodes that have another list
     */
    record Header(String before, String after, Instant now, Set<String> gone, Set<String> relisted) {}

    /** The three counts that matter most, in words. */
    static String headline(Difference difference) {
        return Stream.of(Change.DENIED, Change.UNCONFINED, Change.ALLOWED)
                .map(change -> difference.count(change) + " " + change.words())
                .collect(Collectors.joining(", "));
    }
}
