package dev.apparmoradmission.cluster.placement;

/** A write that the API server did not carry out, or did not answer. */
final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    /** What it means for the next attempt. */
    enum Kind {
        /** The account lacks the right: no other write of that kind will do better. */
        FORBIDDEN,
        /** The object is gone, or another one has its name. */
        GONE,
        /** This object was not changed: it changed meanwhile, or what should become of it was not accepted. */
        REFUSED,
        /** The server does not answer, or answers that it cannot. */
        UNREACHABLE
    }

    private final Kind kind;

    Refusal(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    /** What the server said, in one line. */
    String line() {
        return String.valueOf(getMessage()).lines().findFirst().orElse("").strip();
    }
}
