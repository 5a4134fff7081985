package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.apparmoradmission.observed.FakeCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What pipelines run: the launcher, the step of GitHub Actions, the hook of pre-commit, and what the README says of them. */
class PipelinesIT {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of("").toAbsolutePath();

    @TempDir
    Path dir;

    private record Finished(int code, String out, String err) {}

    @BeforeEach
    void writeFiles() throws IOException {
        Files.createDirectories(dir.resolve("deploy/vendor"));
        Files.createDirectories(dir.resolve("policies"));
        Files.copy(Path.of("policies/restricted.yaml"), dir.resolve("policies/restricted.yaml"));
        Files.writeString(dir.resolve("deploy/good.yaml"), pod("good", "RuntimeDefault"));
    }

    @Test
    void the_step_passes_where_nothing_is_denied() throws Exception {
        Finished step = step(Map.of("paths", "deploy"));

        assertThat(step.code()).as(step.toString()).isZero();
        assertThat(step.out()).doesNotContain("::").contains("1 workload: 1 allowed");
    }

    @Test
    void the_step_annotates_the_line_fails_and_leaves_a_sarif_report() throws Exception {
        Files.writeString(dir.resolve("deploy/bad.yaml"), pod("bad", "Unconfined"));

        Finished step = step(Map.of("paths", "deploy", "sarif", "apparmor.sarif"));

        assertThat(step.code()).as(step.toString()).isEqualTo(1);
        assertThat(step.out()).startsWith("::error file=deploy/bad.yaml,line=6,");
        JsonNode sarif = JSON.readTree(dir.resolve("apparmor.sarif").toFile());
        assertThat(sarif.at("/runs/0/results/0/ruleId").asText()).isEqualTo("unconfined");
    }

    @Test
    void the_step_leaves_out_and_puts_up_with_what_it_is_told_to() throws Exception {
        Files.writeString(dir.resolve("deploy/vendor/bad.yaml"), pod("bad", "Unconfined"));
        assertThat(step(Map.of("paths", "deploy", "exclude", "none vendor")).code())
                .isZero();
        assertThat(step(Map.of("paths", "deploy", "fail-on", "never")).code()).isZero();
        assertThat(run(dir, Map.of(), launcher("check", "--write-baseline", "known.json", "deploy"))
                        .code())
                .isZero();
        assertThat(step(Map.of("paths", "deploy", "baseline", "known.json")).code())
                .isZero();
    }

    @Test
    void what_stands_in_an_input_is_never_run() throws Exception {
        Finished step = step(Map.of("paths", "$(touch hacked) `touch hacked` ; touch hacked", "policies", "policies"));

        assertThat(step.code()).isEqualTo(2);
        assertThat(dir.resolve("hacked")).doesNotExist();
    }

    @Test
    void the_hook_judges_the_files_that_it_is_given() throws Exception {
        JsonNode hook =
                YAML.readTree(Path.of(".pre-commit-hooks.yaml").toFile()).path(0);
        assertThat(hook.path("language").asText()).isEqualTo("script");
        List<String> entry = Arrays.asList(hook.path("entry").asText().split(" ", -1));
        Files.writeString(dir.resolve("deploy/bad.yaml"), pod("bad", "Unconfined"));

        List<String> command =
                new ArrayList<>(List.of(ROOT.resolve(entry.get(0)).toString()));
        command.addAll(entry.subList(1, entry.size()));
        command.addAll(List.of("--policy", "policies", "deploy/good.yaml", "deploy/bad.yaml"));

        assertThat(run(dir, Map.of(), command).code()).isEqualTo(1);
    }

    @Test
    void the_hooks_for_policies_test_and_lint_those_of_the_repository() throws Exception {
        Path test = Files.copy(Path.of("policies/restricted.test.yaml"), dir.resolve("policies/restricted.test.yaml"));
        assertThat(hook(1))
                .containsExactly(ROOT.resolve("bin/apparmor-admission").toString(), "policy", "test");
        assertThat(hook(2))
                .containsExactly(ROOT.resolve("bin/apparmor-admission").toString(), "policy", "lint");
        assertThat(run(dir, Map.of(), hook(1)).code()).isZero();
        assertThat(run(dir, Map.of(), hook(2)).code()).isZero();

        Files.writeString(test, Files.readString(test).replace("allowed: false", "allowed: true"));
        Path policy = dir.resolve("policies/restricted.yaml");
        Files.writeString(policy, Files.readString(policy).replace("namespaces: [\"*\"]", "namespaces: [kube-system]"));

        assertThat(run(dir, Map.of(), hook(1)).code()).isEqualTo(1);
        assertThat(run(dir, Map.of(), hook(2)).out()).contains("[policy-never-matches]");
    }

    private static List<String> hook(int number) throws IOException {
        JsonNode hook =
                YAML.readTree(Path.of(".pre-commit-hooks.yaml").toFile()).path(number);
        assertThat(hook.path("pass_filenames").asBoolean(true)).isFalse();
        List<String> entry =
                new ArrayList<>(Arrays.asList(hook.path("entry").asText().split(" ", -1)));
        entry.set(0, ROOT.resolve(entry.get(0)).toString());
        return entry;
    }

    @Test
    void the_readme_names_inputs_and_hooks_that_are_there() throws Exception {
        JsonNode inputs = YAML.readTree(Path.of("action.yml").toFile()).path("inputs");
        for (String block : blocks()) {
            if (block.startsWith("jobs:")) {
                JsonNode with = YAML.readTree(block).at("/jobs/apparmor/steps/1/with");
                assertThat(with).isNotEmpty();
                with.fieldNames()
                        .forEachRemaining(
                                name -> assertThat(inputs.has(name)).as(name).isTrue());
            }
            if (block.startsWith("repos:")) {
                assertThat(YAML.readTree(block).at("/repos/0/hooks/0/id"))
                        .isEqualTo(
                                YAML.readTree(Path.of(".pre-commit-hooks.yaml").toFile())
                                        .at("/0/id"));
            }
        }
    }

    @Test
    void the_baseline_commands_of_the_readme_do_what_it_says() throws Exception {
        List<String> lines = blocks().stream()
                .filter(block -> block.contains("--write-baseline"))
                .findFirst()
                .orElseThrow()
                .lines()
                .toList();
        for (String line : lines) {
            String command =
                    line.replace("baseline.json", dir.resolve("baseline.json").toString());
            assertThat(run(ROOT, Map.of(), List.of("bash", "-c", command)).code())
                    .as(line)
                    .isZero();
        }
    }

    @Test
    void the_workflow_of_the_readme_writes_its_comment_once_and_then_keeps_it_current() throws Exception {
        JsonNode workflow = YAML.readTree(blocks().stream()
                .filter(block -> block.startsWith("name: policy blast radius"))
                .findFirst()
                .orElseThrow());
        JsonNode step = workflow.at("/jobs/diff/steps/3");
        assertThat(step.path("run").asText())
                .as("nothing of a pull request is a part of the script")
                .doesNotContain("${{");
        for (String side : List.of("old", "new")) {
            Files.createDirectories(dir.resolve(side + "/policies"));
        }
        Files.copy(Path.of("policies/baseline.yaml"), dir.resolve("old/policies/p.yaml"));
        Files.copy(Path.of("policies/restricted.yaml"), dir.resolve("new/policies/p.yaml"));
        Files.createSymbolicLink(dir.resolve("tool"), ROOT);
        Path gh = Files.writeString(Files.createDirectories(dir.resolve("path")).resolve("gh"), """
                #!/usr/bin/env bash
                printf '%s\n' "$*" >> "$ASKED"
                if [[ $* == *--paginate* ]]; then cat "$COMMENT_IDS"; fi
                """);
        assertThat(gh.toFile().setExecutable(true)).isTrue();
        Path ids = Files.writeString(dir.resolve("ids"), "");
        Path asked = Files.writeString(dir.resolve("asked"), "");

        try (FakeCluster cluster = new FakeCluster()
                .list("/api/v1/nodes", "Node", "{\"metadata\": {\"name\": \"n1\"}}")
                .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"shop\"}}")
                .list("/api/v1/pods", "Pod", """
                        {"metadata": {"namespace": "shop", "name": "p"}, "spec": {"containers": [
                          {"name": "app", "securityContext": {"privileged": true, "appArmorProfile": {"type": "RuntimeDefault"}}}]}}
                        """)) {
            Map<String, String> environment = Map.of(
                    "KUBECONFIG", cluster.kubeconfig(dir).toString(),
                    "PATH", gh.getParent() + ":" + System.getenv("PATH"),
                    "ASKED", asked.toString(),
                    "COMMENT_IDS", ids.toString(),
                    "COMMENTS", "repos/o/r/issues/7/comments");
            List<String> script =
                    List.of("bash", "-eo", "pipefail", "-c", step.path("run").asText());

            assertThat(run(dir, environment, script).code()).isEqualTo(1);
            assertThat(Files.readString(dir.resolve("comment.md")))
                    .startsWith("<!-- apparmor-admission policy diff -->\n")
                    .contains("1 newly denied");
            assertThat(Files.readAllLines(asked).get(1))
                    .isEqualTo("api repos/o/r/issues/7/comments --field body=@comment.md");

            Files.writeString(ids, "41\n42\n");
            assertThat(run(dir, environment, script).code()).isEqualTo(1);
            assertThat(Files.readAllLines(asked).get(3))
                    .isEqualTo("api --method PATCH repos/o/r/issues/comments/41 --field body=@comment.md");
            assertThat(Files.readAllLines(asked).get(2))
                    .contains("startswith(\"<!-- apparmor-admission policy diff -->\")");
        }
    }

    private static List<String> blocks() throws IOException {
        return Pattern.compile("(?m)^```(?:sh|yaml)\n((?s:.*?))^```$")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** Runs the script of the step as the runner does: with its inputs, defaults included, in its variables. */
    private Finished step(Map<String, String> given) throws Exception {
        JsonNode action = YAML.readTree(Path.of("action.yml").toFile());
        JsonNode script = action.at("/runs/steps/1");
        assertThat(script.path("run").asText())
                .as("no input is a part of the script")
                .doesNotContain("${{");
        Map<String, String> environment = new HashMap<>();
        script.path("env").properties().forEach(variable -> {
            String value = variable.getValue().asText();
            String input = value.replaceAll(".*inputs\\.([a-z-]+).*", "$1");
            environment.put(
                    variable.getKey(),
                    value.contains("github.action_path")
                            ? ROOT.toString()
                            : given.getOrDefault(
                                    input,
                                    action.path("inputs")
                                            .path(input)
                                            .path("default")
                                            .asText()));
        });
        return run(
                dir,
                environment,
                List.of("bash", "-e", "-o", "pipefail", "-c", script.path("run").asText()));
    }

    private static List<String> launcher(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(ROOT.resolve("bin/apparmor-admission").toString()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private Finished run(Path directory, Map<String, String> environment, List<String> command) throws Exception {
        Path out = dir.resolve("out.txt");
        Path err = dir.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Finished(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private static String pod(String name, String type) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s}
                spec:
                  containers:
                  - {name: app, securityContext: {appArmorProfile: {type: %s}}}
                """.formatted(name, type);
    }
}
