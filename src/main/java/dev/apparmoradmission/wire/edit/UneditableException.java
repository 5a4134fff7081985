package dev.apparmoradmission.wire.edit;

/** A text cannot be edited as wanted without a change of something else. The message says why, to follow a colon. */
final class UneditableException extends Exception {

    private static final long serialVersionUID = 1L;

    UneditableException(String reason) {
        super(reason);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
