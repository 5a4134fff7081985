package dev.apparmoradmission.policylint;

import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

/** What came of {@code policy lint}. */
record LintRun(int code, String out, String err) {

    static LintRun of(String... arguments) {
        return of(List.of(arguments));
    }

    static LintRun of(List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = LintCommand.run(
                arguments,
                new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        out,
                        err,
                        Clock.systemUTC(),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        return new LintRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
