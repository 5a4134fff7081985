package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.command.CommandRun;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code policy} leads to its commands. */
class PolicyCommandsTest {

    private static CommandRun policy(String... arguments) {
        return CommandRun.of(Main::policy, List.of(arguments));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void its_help_names_commands_all_of_which_are_there(String help) {
        CommandRun told = policy(help);

        assertThat(told.code()).isZero();
        assertThat(told.err()).isEmpty();
        List<String> commands = Pattern.compile("(?m)^  ([a-z]+) ")
                .matcher(told.out())
                .results()
                .map(line -> line.group(1))
                .toList();
        assertThat(commands).contains("export");
        for (String command : commands) {
            CommandRun own = policy(command, "--help");
            assertThat(own.code()).as(command).isZero();
            assertThat(own.out()).startsWith("Usage: java -jar quarkus-run.jar policy " + command + " ");
        }
    }

    @Test
    void no_command_and_an_unknown_one_are_bad_usage() {
        CommandRun none = policy();
        CommandRun unknown = policy("exprot\n\u001b[31m");

        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).startsWith("policy: a command is needed.\nUsage: ");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).startsWith("policy: unknown command: exprot??[31m.\nUsage: ");
        assertThat(none.out() + unknown.out()).isEmpty();
    }
}
