package dev.apparmoradmission.fix;

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
 * {@code fix}, run inside the test.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
record FixRun(int code, String out, String err) {

    static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    static FixRun of(List<String> arguments) {
        return fed("", arguments);
    }

    static FixRun of(String... arguments) {
        return of(List.of(arguments));
    }

    static FixRun fed(String input, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = FixCommand.run(
                arguments,
                new Surroundings(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        out,
                        err,
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        return new FixRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
