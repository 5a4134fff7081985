package dev.apparmoradmission.agent;

import dev.apparmoradmission.report.Printable;
import java.io.PrintStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/** The agent's log: one line an event, with its RFC 3339 time. A logging framework would weigh more than the agent. */
final class Journal {

    private final PrintStream out;
    private final Clock clock;

    Journal(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    /** What happened. */
    void info(String event) {
        write("INFO ", event);
    }

    /** What somebody should look at. */
    void warn(String event) {
        write("WARN ", event);
    }

    /** What keeps the agent from its work. */
    void error(String event) {
        write("ERROR", event);
    }

    private void write(String level, String event) {
        // One write a line: two threads never mix theirs.
        out.print(clock.instant().truncatedTo(ChronoUnit.MILLIS) + " " + level + " " + Printable.of(event) + "\n");
        out.flush();
    }
}
