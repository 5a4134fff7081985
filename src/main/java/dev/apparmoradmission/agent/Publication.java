package dev.apparmoradmission.agent;

import java.time.Duration;
import java.util.Optional;

/** What came of an attempt to publish. */
sealed interface Publication {

    /** The API server has it. */
    record Acknowledged() implements Publication {}

    /**
     * Time alone may cure it: no connection, no answer, a server that is busy or starting.
     *
     * @param reason one line
     * @param pause for how long the server asks to be left alone
     */
    record Postponed(String reason, Optional<Duration> pause) implements Publication {}

    /**
     * Nothing changes until somebody does something.
     *
     * @param reason one line with the way out
     */
    record Refused(String reason) implements Publication {}
}
