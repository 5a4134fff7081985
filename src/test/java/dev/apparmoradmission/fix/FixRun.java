package dev.apparmoradmission.fix;

import dev.apparmoradmission.command.CommandRun;
import java.time.Instant;
import java.util.List;

/** {@code fix}, run inside the test. */
final class FixRun {

    static final Instant NOW = CommandRun.NOW;

    private FixRun() {}

    static CommandRun of(List<String> arguments) {
        return fed("", arguments);
    }

    static CommandRun of(String... arguments) {
        return of(List.of(arguments));
    }

    static CommandRun fed(String input, List<String> arguments) {
        return CommandRun.of(FixCommand::run, input, NOW, arguments);
    }
}
