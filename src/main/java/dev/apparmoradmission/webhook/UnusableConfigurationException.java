package dev.apparmoradmission.webhook;

import java.util.List;

/** The configuration, or a file that it names, cannot be used: the start ends with these lines and without a stack trace. */
final class UnusableConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> lines;

    UnusableConfigurationException(List<String> lines) {
        super(String.join("; ", lines));
        this.lines = List.copyOf(lines);
    }

    UnusableConfigurationException(String line) {
        this(List.of(line));
    }

    /** One line for each problem: what is wrong, where, and what to do. */
    List<String> lines() {
        return lines;
    }
}
