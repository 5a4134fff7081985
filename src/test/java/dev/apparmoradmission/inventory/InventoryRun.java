package dev.apparmoradmission.inventory;

import dev.apparmoradmission.command.CommandRun;
import java.time.Instant;
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
    static final Instant NOW = CommandRun.NOW;

    static InventoryRun of(String... arguments) {
        CommandRun run = CommandRun.of(InventoryCommand::run, List.of(arguments));
        return new InventoryRun(run.code(), run.out(), run.err());
    }
}
