package dev.apparmoradmission.cluster.leader;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;

/** A write that the API server did not carry out, or did not answer. */
public final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    /** What it means for the next attempt. */
    public enum Kind {
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

    /**
     * Names it.
     *
     * @param message what the server said
     */
    public Refusal(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What it means. */
    public Kind kind() {
        return kind;
    }

    /** What the server said, in one line. */
    public String line() {
        return String.valueOf(getMessage()).lines().findFirst().orElse("").strip();
    }

    /** What a failed request means. */
    public static Refusal of(KubernetesClientException failure) {
        String said = Optional.ofNullable(failure.getStatus())
                .map(status -> status.getMessage())
                .orElseGet(() -> String.valueOf(failure.getMessage()));
        return new Refusal(
                switch (failure.getCode()) {
                    // Admission answers with the same code as authorisation.
                    case 403 -> said.contains("denied") ? Kind.REFUSED : Kind.FORBIDDEN;
                    case 404, 409 -> Kind.GONE;
                    case 400, 422 -> Kind.REFUSED;
                    default -> Kind.UNREACHABLE;
                },
                said);
    }

    /** What a watch that failed means. */
    public static Refusal of(Throwable problem) {
        Throwable cause = problem;
        while (cause != null && !(cause instanceof KubernetesClientException)) {
            cause = cause.getCause();
        }
        return cause instanceof KubernetesClientException failure
                ? of(failure)
                : new Refusal(Kind.UNREACHABLE, problem.toString());
    }
}
