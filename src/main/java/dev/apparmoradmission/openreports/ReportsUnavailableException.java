package dev.apparmoradmission.openreports;

/** Reports cannot be kept at all, or no further; its message is one line. What was not written stays as it was. */
public final class ReportsUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    ReportsUnavailableException(String line) {
        super(line);
    }

    /** What is wrong, and what to do about it. */
    public String line() {
        return String.valueOf(getMessage());
    }
}
