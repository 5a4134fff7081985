package dev.apparmoradmission.check;

import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
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
    public static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    /** Runs it with these arguments. */
    public static CheckRun of(String... arguments) {
        return with(new byte[0], TextReport.Style.PLAIN, arguments);
    }

    /** Runs it with something on standard input. */
    public static CheckRun fed(String input, String... arguments) {
        return with(input.getBytes(StandardCharsets.UTF_8), TextReport.Style.PLAIN, arguments);
    }

    /** Runs it on a terminal. */
    public static CheckRun shown(TextReport.Style style, String... arguments) {
        return with(new byte[0], style, arguments);
    }

    private static CheckRun with(byte[] input, TextReport.Style style, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = CheckCommand.run(
                List.of(arguments),
                new Surroundings(
                        new ByteArrayInputStream(input),
                        out,
                        err,
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        StandardCharsets.UTF_8,
                        style));
        return new CheckRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
