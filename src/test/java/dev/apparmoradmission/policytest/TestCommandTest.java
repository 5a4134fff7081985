package dev.apparmoradmission.policytest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.apparmoradmission.command.CommandRun;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

/** What {@code policy test} runs, tells and exits with. */
class TestCommandTest extends CaseDirectory {

    // ---- what is told

    @Test
    void a_case_that_holds_is_a_line_and_all_of_them_exit_with_0() throws IOException {
        Path file = test("a.test.yaml", unconfined("nobody runs unconfined", DENIED));

        CommandRun run = run("", directory.toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("""
                OK     %s:12  nobody runs unconfined
                1 case: 1 passed, 0 failed.
                No case touches:
                  grant perf (%s)
                """.formatted(file, directory.resolve("mine.yaml")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{allowed: true, findings: [{rule: unconfined, action: Enforce, container: app}]}"
                        + "|allowed: expected true, was false",
                "{allowed: false, patch: some, findings: [{rule: unconfined, action: Enforce, container: app}]}"
                        + "|patch: expected some, was none",
                "{allowed: false, patch: [{op: add, path: /x, value: 1}], findings: [{rule: unconfined, action: Enforce, container: app}]}"
                        + "|patch: expected [{\"op\":\"add\",\"path\":\"/x\",\"value\":1}], was none",
                "{allowed: false}"
                        + "|finding unconfined, container \"app\": not expected, but there is Enforce: type Unconfined needs an exception [policy mine]",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app}, {rule: privileged, action: Warn, container: \"\"}]}"
                        + "|finding privileged, pod: expected Warn, and there is none",
                "{allowed: false, findings: [{rule: unconfined, action: Warn, container: app}]}"
                        + "|finding unconfined, container \"app\", action: expected Warn, was Enforce",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app, policy: other}]}"
                        + "|finding unconfined, container \"app\", policy: expected \"other\", was \"mine\"",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app, nodes: [n2, n1]}]}"
                        + "|finding unconfined, container \"app\", nodes: expected [n1, n2], was []",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app, messageContains: because}]}"
                        + "|finding unconfined, container \"app\", message: expected one with \"because\", was type Unconfined needs an exception",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app, grant: perf}]}"
                        + "|finding unconfined, container \"app\", grant: expected \"perf\", was none",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app}], containers: [{name: web, cause: Declared}]}"
                        + "|container \"web\": expected to be judged, and there is none",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app}], containers: [{name: app, declared: None}]}"
                        + "|container \"app\", declared: expected None, was Unconfined",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app}], containers: [{name: app, confinement: Enforced}]}"
                        + "|container \"app\", confinement: expected Enforced, was Unconfined",
                "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app}], containers: [{name: app, cause: Privileged}]}"
                        + "|container \"app\", cause: expected Privileged, was Declared",
            })
    void each_difference_is_one_line_with_what_was_expected_and_what_came(String expect, String line)
            throws IOException {
        Path file = test("a.test.yaml", unconfined("it holds", DENIED), unconfined("it does not", expect));

        CommandRun run = run("", file.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out().lines().skip(1).limit(3))
                .containsExactly("FAILED " + file + ":21  it does not", "    " + line, "2 cases: 1 passed, 1 failed.");
    }

    @Test
    void all_that_was_decided_is_told_on_request() throws IOException {
        Path file = test("a.test.yaml", unconfined("nobody runs unconfined", DENIED));

        assertThat(run("", "--verbose", file.toString()).out())
                .contains(
                        "    allowed: false, patch: none\n",
                        "    Enforce unconfined, container \"app\" (spec.containers[0]): type Unconfined needs",
                        "    container \"app\": declared Unconfined, Unconfined (Declared)\n");
    }

    @Test
    void programs_get_json_with_the_same() throws IOException {
        Path file = test("a.test.yaml", unconfined("one", DENIED), unconfined("two", "{allowed: false}"));

        CommandRun run = run("", "--output", "json", file.toString());

        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(run.code()).isEqualTo(1);
        assertThat(json.at("/summary").toString()).isEqualTo("{\"cases\":2,\"passed\":1,\"failed\":1}");
        assertThat(json.at("/results/0").toString())
                .isEqualTo(
                        "{\"file\":\"" + file + "\",\"line\":12,\"name\":\"one\",\"passed\":true,\"differences\":[]}");
        assertThat(json.at("/results/1/differences/0/subject").asText())
                .isEqualTo("finding unconfined, container \"app\"");
        assertThat(json.at("/results/1/differences/0").has("expected")).isFalse();
        assertThat(json.at("/results/1/differences/0/actual").asText()).startsWith("Enforce: ");
        assertThat(json.at("/untouched/0").asText()).startsWith("grant perf");
    }

    @Test
    void ci_systems_get_junit_xml() throws Exception {
        Path file = test("a.test.yaml", unconfined("one <&>", DENIED), unconfined("two", "{allowed: false}"));
        Path broken = Files.writeString(directory.resolve("b.test.yaml"), "kind: [");

        CommandRun run = run("", "--output", "junit", file.toString(), broken.toString());

        assertThat(run.code()).isEqualTo(2);
        Element suites = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(run.out().getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(List.of(
                        suites.getAttribute("tests"), suites.getAttribute("failures"), suites.getAttribute("errors")))
                .containsExactly("3", "1", "1");
        Element first = (Element) suites.getElementsByTagName("testcase").item(0);
        assertThat(first.getAttribute("name")).isEqualTo("one <&>");
        Element failure = (Element) suites.getElementsByTagName("failure").item(0);
        assertThat(failure.getTextContent()).startsWith(file + ":21:").contains("not expected, but there is");
    }

    @Test
    void a_name_cannot_forge_a_line() throws IOException {
        Path file = test("a.test.yaml", unconfined("\"ok\\n\\u001b[31mFAILED\"", DENIED));

        assertThat(run("", file.toString()).out()).startsWith("OK     " + file + ":12  ok\\n\\u001b[31mFAILED\n");
    }

    // ---- what is run

    @Test
    void cases_are_chosen_by_globs_of_their_names() throws IOException {
        Path file = test(
                "a.test.yaml",
                unconfined("first of all", DENIED),
                unconfined("second of all", DENIED),
                unconfined("third", DENIED));

        assertThat(run("", "--run", "first*", "--run", "*d", file.toString()).out())
                .contains("first of all", "third", "2 cases: 2 passed")
                .doesNotContain("second", "No case touches");
        CommandRun none = run("", "--run", "first", file.toString());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no case has such a name");
    }

    @Test
    void files_are_found_below_directories_by_their_names_and_taken_as_they_are_named() throws IOException {
        Path deeper = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(deeper.resolve("mine.yaml"), POLICIES);
        for (String name : List.of("x.test.yaml", "x.test.yml", "x.yaml.bak", "a/b/y.test.yaml", "a/z.yml")) {
            test(name, unconfined("of " + name, DENIED));
        }
        Files.writeString(
                directory.resolve("a/b/j.test.json"),
                new ObjectMapper()
                        .writeValueAsString(new YAMLMapper()
                                .readTree(HEAD + unconfined("of json", DENIED).indent(2))));

        CommandRun run =
                run("", directory.toString(), directory.resolve("x.yaml.bak").toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("of x.test.yaml", "of x.test.yml", "of a/b/y.test.yaml", "of json", "of x.yaml.bak")
                .contains("5 cases: 5 passed")
                .doesNotContain("of a/z.yml\n");
    }

    @Test
    void standard_input_is_a_file_too() {
        String test = HEAD.replace("mine.yaml", directory.resolve("mine.yaml").toString())
                + unconfined("read from a pipe", DENIED).indent(2);

        assertThat(run(test, "-").out()).startsWith("OK     -:12  read from a pipe\n");
    }

    @Test
    void where_there_is_no_case_nothing_has_passed() {
        CommandRun none = run("", directory.toString());
        CommandRun nowhere = run("", directory.resolve("missing").toString());

        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no *.test.yaml");
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("missing: there is no such file or directory");
    }

    @Test
    void a_file_that_cannot_be_used_takes_no_other_with_it() throws IOException {
        test("a.test.yaml", unconfined("it holds", DENIED));
        test("b.test.yaml", unconfined("it is not run", DENIED, "unknown: field"));

        CommandRun run = run("", directory.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).contains("it holds", "1 case: 1 passed, 0 failed; not all could be read.");
        assertThat(run.out()).doesNotContain("it is not run", "No case touches");
        assertThat(run.err()).contains("b.test.yaml:20:", "unknown field");
    }

    // ---- what no case touches

    @Test
    void policies_and_grants_that_no_case_touches_are_named_at_the_end() throws IOException {
        Files.writeString(
                directory.resolve("other.yaml"),
                POLICIES.replace("mine", "other").replace("perf", "gdb"));
        test(
                "a.test.yaml",
                pod(
                        "the grant is used",
                        "{type: Unconfined}",
                        "perf",
                        "{allowed: true, findings: [{rule: unconfined, action: Warn, container: perf}]}"));

        List<String> untouched =
                new ArrayList<>(run("", directory.toString()).out().lines().toList());

        assertThat(untouched.subList(2, untouched.size()))
                .containsExactly("No case touches:", "  " + directory.resolve("other.yaml") + ", which no test names");
    }

    @Test
    void help_tells_the_options_and_bad_usage_is_two_lines() {
        assertThat(run("", "--help").out())
                .startsWith("Usage: java -jar quarkus-run.jar policy test")
                .contains("--run");
        CommandRun bad = run("", "--output", "sarif");
        assertThat(bad.code()).isEqualTo(2);
        assertThat(bad.err())
                .startsWith("policy test: --output must be one of text, json, junit")
                .hasLineCount(2);
    }
}
