package dev.apparmoradmission.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.policylint.LintCommand;
import dev.apparmoradmission.policytest.TestCommand;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code policies/README.md} shows of {@code policy test} and {@code policy lint} is what they print. */
class PolicyToolsReferenceTest {

    private static final Pattern RUN = Pattern.compile(
            "(?m)^```sh\njava -jar target/quarkus-app/quarkus-run.jar policy (test|lint) ((?s:.*?))```\n\n```text\n((?s:.*?))^```$");

    @Test
    void the_runs_that_it_shows_print_what_it_shows() throws IOException {
        List<MatchResult> runs = RUN.matcher(readme()).results().toList();

        assertThat(runs).extracting(run -> run.group(1)).containsExactly("test", "lint");
        for (MatchResult run : runs) {
            List<String> arguments = Stream.of(
                            run.group(2).replace("\\\n", " ").strip().split("\\s+", -1))
                    .map(word -> word.replace("'", ""))
                    .toList();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Surroundings surroundings = new Surroundings(
                    new ByteArrayInputStream(new byte[0]),
                    out,
                    out,
                    Clock.systemUTC(),
                    StandardCharsets.UTF_8,
                    TextReport.Style.PLAIN);
            int code = run.group(1).equals("test")
                    ? TestCommand.run(arguments, surroundings)
                    : LintCommand.run(arguments, surroundings);
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(run.group(3));
            assertThat(code).isZero();
        }
    }

    @Test
    void the_table_of_lints_is_what_lint_looks_for() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LintCommand.run(
                List.of("--policy", ShippedPoliciesTest.POLICIES.toString(), "--output", "sarif"),
                new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        out,
                        out,
                        Clock.systemUTC(),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        List<String> actual = new ArrayList<>();
        new ObjectMapper()
                .readTree(out.toByteArray())
                .at("/runs/0/tool/driver/rules")
                .forEach(rule -> actual.add("| `" + rule.path("id").asText() + "` | "
                        + rule.at("/defaultConfiguration/level").asText() + " | "
                        + rule.at("/shortDescription/text").asText()));

        List<String> documented = Pattern.compile("(?m)^(\\| `[a-z-]+` \\| (?:error|warning|note) \\| .*) \\|$")
                .matcher(readme())
                .results()
                .map(row -> row.group(1))
                .toList();
        assertThat(documented)
                .usingElementComparator(String::compareToIgnoreCase)
                .isEqualTo(actual);
    }

    private static String readme() throws IOException {
        return Files.readString(ShippedPoliciesTest.POLICIES.resolve("README.md"));
    }
}
