package dev.apparmoradmission.e2e.cluster;

/** No rung of the ladder holds; the message says what each one lacks. */
public final class NoApiServer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoApiServer(String message) {
        super(message);
    }

    NoApiServer(String message, Throwable cause) {
        super(message, cause);
    }
}
