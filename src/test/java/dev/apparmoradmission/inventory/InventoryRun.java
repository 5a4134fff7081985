package dev.apparmoradmission.inventory;

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
 * {@code inventory}, run inside the test.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
record InventoryRun(int code, String out, String err) {

    /** The clock of every run. */
    static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    static InventoryRun of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = InventoryCommand.run(
                List.of(arguments),
                new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        out,
                        err,
                        Clock.fixed(NOW, ZoneOffset.UTC),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        return new InventoryRun(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
