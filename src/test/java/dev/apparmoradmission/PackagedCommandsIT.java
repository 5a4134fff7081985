package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged artifact, as users start it: from another directory, each command in a process of its own. */
class PackagedCommandsIT {

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Path POLICY = Path.of("policies/restricted.yaml").toAbsolutePath();

    @TempDir
    Path dir;

    private record Finished(int code, String out, String err) {}

    @ParameterizedTest
    @CsvSource({"RuntimeDefault, 0", "Unconfined, 1"})
    void check_runs_from_any_directory_and_prints_its_report_alone(String type, int code) throws Exception {
        Files.writeString(dir.resolve("pod.yaml"), pod(type));

        Finished check = run("", "check", "pod.yaml", "--policy", POLICY.toString());

        assertThat(check.err()).isEmpty();
        assertThat(check.code()).isEqualTo(code);
        assertThat(check.out())
                .startsWith(code == 0 ? "OK     pod.yaml:1  Pod default/app\n" : "DENIED pod.yaml:1  Pod default/app\n")
                .doesNotContain("\u001b", "Quarkus", "INFO");
    }

    @Test
    void check_reads_standard_input_and_policies_of_the_current_directory() throws Exception {
        Files.createDirectories(dir.resolve("policies"));
        Files.copy(POLICY, dir.resolve("policies/restricted.yaml"));

        Finished check = run(pod("Unconfined"), "check", "-", "--output", "json");

        assertThat(check.err()).isEmpty();
        assertThat(check.code()).isEqualTo(1);
        assertThat(check.out()).startsWith("{").contains("\"allowed\": false").endsWith("}\n");
    }

    @Test
    void check_names_what_is_missing_and_exits_with_2() throws Exception {
        Finished check = run("", "check", "pod.yaml");

        assertThat(check.code()).isEqualTo(2);
        assertThat(check.out()).isEmpty();
        assertThat(check.err().lines()).singleElement().asString().contains("policies");
    }

    @Test
    void the_cases_of_the_policies_that_we_ship_come_out_as_written() throws Exception {
        String policies = POLICY.getParent().toString();

        Finished test = run("", "policy", "test", policies);

        assertThat(test.err()).isEmpty();
        assertThat(test.code()).isZero();
        assertThat(test.out())
                .startsWith("OK     " + policies)
                .contains(" passed, 0 failed.")
                .doesNotContain("No case");
    }

    @Test
    void the_policies_that_we_ship_have_no_errors_or_warnings() throws Exception {
        Finished lint = run(
                "",
                "policy",
                "lint",
                "--policy",
                POLICY.getParent().toString(),
                "--now",
                "2026-11-22T19:00:00Z",
                "--fail-on",
                "warning");

        assertThat(lint.err()).isEmpty();
        assertThat(lint.code()).as(lint.out()).isZero();
        assertThat(lint.out()).contains("4 policies and 1 grant: ");
    }

    @Test
    void a_case_file_with_an_error_is_told_in_one_line() throws Exception {
        Files.writeString(dir.resolve("a.test.yaml"), "kind: AppArmorPolicyTest\n");

        Finished test = run("", "policy", "test", ".");

        assertThat(test.code()).isEqualTo(2);
        assertThat(test.err().lines()).allMatch(line -> line.startsWith("./a.test.yaml:1:1: field "));
    }

    @Test
    void fix_mends_a_file_in_place_and_then_check_is_content() throws Exception {
        Path file = Files.writeString(dir.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: app # ours
                  annotations:
                    container.apparmor.security.beta.kubernetes.io/app: runtime/default
                spec:
                  containers:
                  - name: app
                """);

        Finished patch = run("", "fix", "pod.yaml", "--policy", POLICY.toString());
        Finished fix = run("", "fix", "--write", "pod.yaml", "--policy", POLICY.toString());
        Finished check = run("", "check", "pod.yaml", "--policy", POLICY.toString(), "--fail-on", "warn");

        assertThat(patch.code()).isEqualTo(1);
        assertThat(patch.out()).startsWith("--- a/pod.yaml\n+++ b/pod.yaml\n");
        assertThat(fix.err()).isEmpty();
        assertThat(fix.code()).isZero();
        assertThat(Files.readString(file)).isEqualTo("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: app # ours
                spec:
                  containers:
                  - name: app
                    securityContext:
                      appArmorProfile:
                        type: RuntimeDefault
                """);
        assertThat(check.code()).as(check.out()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "--version, apparmor-admission [0-9]+\\.[0-9]+\\.[0-9]+.*\\n",
        "--help, '(?s)Usage: java -jar .*webhook.*check.*'"
    })
    void the_artifact_tells_its_version_and_its_commands(String option, String pattern) throws Exception {
        Finished told = run("", option);

        assertThat(told.code()).isZero();
        assertThat(told.err()).isEmpty();
        assertThat(told.out()).matches(pattern);
    }

    @Test
    void no_command_and_an_unknown_one_are_bad_usage() throws Exception {
        Finished none = run("");
        Finished unknown = run("", "chekc\n\u001b[31m");

        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).startsWith("A command is needed.\nUsage: ");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).startsWith("Unknown command: chekc??[31m.\nUsage: ");
        assertThat(unknown.out()).isEmpty();
    }

    private static String pod(String type) {
        return "apiVersion: v1\nkind: Pod\nmetadata: {name: app}\nspec:\n  containers:\n  - name: app\n"
                + "    securityContext: {appArmorProfile: {type: " + type + "}}\n";
    }

    private Finished run(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        Path in = Files.writeString(dir.resolve("in"), input);
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(dir.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // With them every JVM says on standard error that it picked them up.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + command);
        }
        return new Finished(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
