package dev.apparmoradmission.openreports;

import java.util.List;

/**
 * What became of the reports in one pass.
 *
 * @param created those that were not there
 * @param updated those that said something else
 * @param unchanged those that were as they should be, and were not written
 * @param removed those that had nothing to say any more
 * @param problems a line for each that could not be written or removed
 */
public record Written(int created, int updated, int unchanged, int removed, List<String> problems) {

    /** Copies the list. */
    public Written {
        problems = List.copyOf(problems);
    }

    /** One line for somebody who reads it. */
    public String describe() {
        return (created + updated) + " written, " + unchanged + " unchanged, " + removed + " removed"
                + (problems.isEmpty() ? "" : ", " + problems.size() + " not");
    }
}
