package dev.apparmoradmission.inventory;

import dev.apparmoradmission.decision.Quoted;
import java.util.Locale;

/**
 * Something in which a node differs from most nodes of its pool.
 *
 * @param kind in what
 * @param profile the profile; empty for the node as a whole
 * @param expected what most nodes of the pool have; empty where they have nothing, or do not agree
 * @param found what this node has; empty where it has nothing
 */
public record Difference(Kind kind, String profile, String expected, String found) {

    /** In what a node differs. */
    public enum Kind {
        /** AppArmor is off. */
        OFF,
        /** A profile is not loaded. */
        MISSING,
        /** A profile is in another mode. */
        MODE,
        /** A profile has another content. */
        CONTENT,
        /** A profile is loaded that others do not have. */
        EXTRA;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Hex digits of a hash that a person is shown. */
    private static final int DIGITS = 8;

    /** In a few words. */
    public String describe() {
        return switch (kind) {
            case OFF -> "AppArmor is off";
            case MISSING -> Quoted.of(profile) + " missing (" + expected + " elsewhere)";
            case MODE -> Quoted.of(profile) + " " + found + ", not " + expected;
            case CONTENT ->
                Quoted.of(profile) + " of other content (" + digits(found)
                        + (expected.isEmpty() ? ")" : ", not " + digits(expected) + ")");
            case EXTRA -> Quoted.of(profile) + " extra (" + found + ")";
        };
    }

    private static String digits(String hash) {
        return Quoted.bare(hash.length() > DIGITS ? hash.substring(0, DIGITS) : hash)
                .toLowerCase(Locale.ROOT);
    }
}
