package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code policy} leads to its commands. */
class PolicyCommandsTest {

    private record Run(int code, String out, String err) {}

    private static Run policy(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.policy(
                List.of(arguments),
                new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        out,
                        err,
                        Clock.systemUTC(),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void its_help_names_commands_all_of_which_are_there(String help) {
        Run told = policy(help);

        assertThat(told.code()).isZero();
        assertThat(told.err()).isEmpty();
        List<String> commands = Pattern.compile("(?m)^  ([a-z]+) ")
                .matcher(told.out())
                .results()
                .map(line -> line.group(1))
                .toList();
        assertThat(commands).contains("export");
        for (String command : commands) {
            Run own = policy(command, "--help");
            assertThat(own.code()).as(command).isZero();
            assertThat(own.out()).startsWith("Usage: java -jar quarkus-run.jar policy " + command + " ");
        }
    }

    @Test
    void no_command_and_an_unknown_one_are_bad_usage() {
        Run none = policy();
        Run unknown = policy("exprot\n\u001b[31m");

        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).startsWith("policy: a command is needed.\nUsage: ");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).startsWith("policy: unknown command: exprot??[31m.\nUsage: ");
        assertThat(none.out() + unknown.out()).isEmpty();
    }
}
