package dev.apparmoradmission.cluster;

import java.io.IOException;

/** A file that cannot be used. The message is one line, {@code file: problem} or {@code file:line:column: problem}. */
public final class UnreadableInputException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Names the place and what is wrong there.
     *
     * @param place the file, or the cluster
     * @param problem what is wrong, and the way out
     */
    public UnreadableInputException(String place, String problem) {
        super(place + ": " + problem);
    }

    /** The line. */
    public String line() {
        return String.valueOf(getMessage());
    }
}
