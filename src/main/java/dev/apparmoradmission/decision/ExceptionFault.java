package dev.apparmoradmission.decision;

/**
 * Why an exception is not accepted.
 *
 * @param kind what it is about
 * @param text one clause, fit to follow "the exception is not accepted: "
 */
public record ExceptionFault(Kind kind, String text) {

    /** What a fault is about. */
    public enum Kind {
        /** The policy takes no exceptions, or none from there. */
        SOURCE,
        /** There is no grant of that name. */
        NO_SUCH_GRANT,
        /** It does not cover what it is claimed for. */
        SCOPE,
        /** A part that documents it is missing, too short, or cannot be read. */
        DOCUMENTATION,
        /** It is over. */
        EXPIRED,
        /** It ends later than the policy accepts. */
        TOO_FAR_AHEAD,
        /** A container lacks a compensating control. */
        CONTROLS
    }

    ExceptionFault of(String grant) {
        return new ExceptionFault(kind, "grant " + Quoted.of(grant) + ": " + text);
    }
}
