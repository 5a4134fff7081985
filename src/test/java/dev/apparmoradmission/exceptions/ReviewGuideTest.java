package dev.apparmoradmission.exceptions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section of {@code policies/README.md} on reviewing exceptions says what the command does. */
class ReviewGuideTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final String COMMAND = "java -jar target/quarkus-app/quarkus-run.jar exceptions ";

    @TempDir
    Path dir;

    private static String guide() throws Exception {
        return Files.readString(Path.of("policies/README.md"));
    }

    private static String block(String text, String language, String beginning) {
        return Pattern.compile("(?m)^```" + language + "\n(" + Pattern.quote(beginning) + "(?s:.*?))^```$")
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no block that begins with " + beginning));
    }

    @Test
    void the_list_that_it_shows_is_what_the_command_prints() throws Exception {
        String pod = block(guide(), "yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: profiler");
        Path file = Files.writeString(dir.resolve("profiler.yaml"), pod);
        String command = block(guide(), "sh", COMMAND + "--policy policies/restricted.yaml");

        ExceptionsRun run = ExceptionsRun.of(
                NOW,
                "",
                List.of(command.strip()
                        .substring(COMMAND.length())
                        .replace("profiler.yaml", file.toString())
                        .split(" ")));

        assertThat(run.err()).isEmpty();
        assertThat(run.out().replace(file.toString(), "profiler.yaml")).isEqualTo(block(guide(), "text", "WORKLOAD"));
        assertThat(run.code()).isZero();
    }

    @Test
    void the_options_of_every_command_that_it_or_the_runbook_shows_are_understood() throws Exception {
        String text = guide() + Files.readString(Path.of("deploy/RUNBOOK.md"));
        List<String> commands = text.lines()
                .filter(line -> line.startsWith(COMMAND))
                .map(line -> line.substring(COMMAND.length()))
                .toList();

        assertThat(commands)
                .hasSize(5)
                .allSatisfy(options -> assertThat(ExceptionsOptions.parse(List.of(options.split(" ")))
                                .help())
                        .isFalse());
    }

    @Test
    void each_state_that_the_command_knows_is_explained() throws Exception {
        for (Mark mark : Mark.values()) {
            assertThat(guide()).contains("| `" + mark.name().toLowerCase(java.util.Locale.ROOT) + "`");
        }
    }
}
