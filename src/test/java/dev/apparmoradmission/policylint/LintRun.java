package dev.apparmoradmission.policylint;

import dev.apparmoradmission.command.CommandRun;
import java.util.List;

/** {@code policy lint}, run inside the test. */
final class LintRun {

    private LintRun() {}

    static CommandRun of(String... arguments) {
        return of(List.of(arguments));
    }

    static CommandRun of(List<String> arguments) {
        return CommandRun.of(LintCommand::run, arguments);
    }
}
