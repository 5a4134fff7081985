package dev.apparmoradmission.command;

import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * A short command, run inside the test, where nobody watches.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record CommandRun(int code, String out, String err) {

    /** The clock of a run for which it does not matter, or matters only that it stands still. */
    public static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    /** A command. */
    public interface Command {
        /** Runs it; gives its exit code. */
        int run(List<String> arguments, Surroundings surroundings);
    }

    /** Runs it with nothing on standard input. */
    public static CommandRun of(Command command, List<String> arguments) {
        return of(command, "", NOW, arguments);
    }

    /** Runs it with this on standard input, at this instant. */
    public static CommandRun of(Command command, String input, Instant now, List<String> arguments) {
        return of(command, input, Clock.fixed(now, ZoneOffset.UTC), TextReport.Style.PLAIN, arguments);
    }

    /** The same, by a clock, and with what the terminal can show. */
    public static CommandRun of(
            Command command, String input, Clock clock, TextReport.Style style, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = command.run(
                arguments,
                new Surroundings(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        out,
                        err,
                        clock,
                        StandardCharsets.UTF_8,
                        style));
        return new CommandRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
