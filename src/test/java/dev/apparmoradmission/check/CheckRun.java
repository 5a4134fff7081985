package dev.apparmoradmission.check;

import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.report.TextReport;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * {@code check}, run inside the test.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record CheckRun(int code, String out, String err) {

    /** The clock of every run. */
    public static final Instant NOW = CommandRun.NOW;

    /** Runs it with these arguments. */
    public static CheckRun of(String... arguments) {
        return with("", TextReport.Style.PLAIN, arguments);
    }

    /** Runs it with something on standard input. */
    public static CheckRun fed(String input, String... arguments) {
        return with(input, TextReport.Style.PLAIN, arguments);
    }

    /** Runs it on a terminal. */
    public static CheckRun shown(TextReport.Style style, String... arguments) {
        return with("", style, arguments);
    }

    private static CheckRun with(String input, TextReport.Style style, String... arguments) {
        CommandRun run =
                CommandRun.of(CheckCommand::run, input, Clock.fixed(NOW, ZoneOffset.UTC), style, List.of(arguments));
        return new CheckRun(run.code(), run.out(), run.err());
    }
}
