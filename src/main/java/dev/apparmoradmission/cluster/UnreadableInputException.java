package dev.apparmoradmission.cluster;

import java.io.IOException;

/** A file that cannot be used. The message is one line, {@code file: problem} or {@code file:line:column: problem}. */
public final class UnreadableInputException extends IOException {

    private static final long serialVersionUID = 1L;

    UnreadableInputException(String place, String problem) {
        super(place + ": " + problem);
    }

    /** The line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}
