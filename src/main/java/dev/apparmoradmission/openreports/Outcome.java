package dev.apparmoradmission.openreports;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a result says, worst first. There is none for what is in order: reports hold only what is not. */
public enum Outcome {
    /** It is enforced: a new one would be denied. */
    FAIL,
    /** It could not be looked at. */
    ERROR,
    /** It is let in, with a warning or just on record; or it is no longer what was let in. */
    WARN,
    /** An exception covers it. */
    SKIP;

    /** The value of the field {@code result}. */
    public String reportName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Outcome> find(String reportName) {
        return Arrays.stream(values())
                .filter(outcome -> outcome.reportName().equals(reportName))
                .findFirst();
    }
}
