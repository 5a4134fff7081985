package dev.apparmoradmission.policytest;

import java.util.Optional;

/**
 * Something in which what came differs from what was expected.
 *
 * @param subject what it is about
 * @param expected what was expected; absent where nothing was
 * @param actual what came; absent where nothing did
 */
public record Difference(String subject, Optional<String> expected, Optional<String> actual) {

    static Difference between(String subject, Object expected, Object actual) {
        return new Difference(subject, Optional.of(expected.toString()), Optional.of(actual.toString()));
    }

    static Difference missing(String subject, String expected) {
        return new Difference(subject, Optional.of(expected), Optional.empty());
    }

    static Difference unexpected(String subject, String actual) {
        return new Difference(subject, Optional.empty(), Optional.of(actual));
    }

    /** One line. */
    public String text() {
        if (expected.isEmpty()) {
            return subject + ": not expected, but there is " + actual.orElse("");
        }
        return subject + ": expected " + expected.get()
                + actual.map(found -> ", was " + found).orElse(", and there is none");
    }
}
