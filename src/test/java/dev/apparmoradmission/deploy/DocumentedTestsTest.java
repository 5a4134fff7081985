package dev.apparmoradmission.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.check.CheckRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the pages on security and operations claim is shown by tests that are there. */
class DocumentedTestsTest {

    private static final Pattern SHOWN = Pattern.compile("`([A-Z]\\w+(?:Test|IT))#(\\w+)`");

    @TempDir
    Path directory;

    private static Map<String, String> testClasses() throws IOException {
        Map<String, String> classes = new TreeMap<>();
        for (String root : List.of("src/test/java", "e2e/src/test/java")) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                for (Path file : files.filter(each -> each.toString().matches(".*(Test|IT)\\.java"))
                        .toList()) {
                    String name = file.getFileName().toString().replace(".java", "");
                    classes.merge(name, Files.readString(file), String::concat);
                }
            }
        }
        return classes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SECURITY.md", "OPERATIONS.md"})
    void every_test_that_a_page_names_is_there(String page) throws IOException {
        Map<String, String> classes = testClasses();
        List<MatchResult> shown = SHOWN.matcher(Files.readString(DeployFiles.DEPLOY.resolve(page)))
                .results()
                .toList();

        assertThat(shown).hasSizeGreaterThan(10);
        assertThat(shown)
                .allSatisfy(test -> assertThat(classes.getOrDefault(test.group(1), ""))
                        .as(test.group())
                        .containsPattern("@(Test|ParameterizedTest|Property)[\\s\\S]*void " + test.group(2) + "\\("));
    }

    /** Only what is said to be a choice or a limit stands there without a test. */
    @Test
    void every_line_of_the_operations_page_names_a_test() throws IOException {
        List<String> lines = Files.readAllLines(DeployFiles.DEPLOY.resolve("OPERATIONS.md")).stream()
                .filter(line -> line.startsWith("| **"))
                .toList();

        assertThat(lines).hasSizeGreaterThan(20).allSatisfy(line -> {
            assertThat(line.split("\\|")).as(line).hasSize(6);
            assertThat(line).containsPattern(SHOWN);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"SECURITY.md", "OPERATIONS.md"})
    void every_file_that_a_page_links_to_is_there(String page) throws IOException {
        List<String> missing = new ArrayList<>();
        Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)")
                .matcher(Files.readString(DeployFiles.DEPLOY.resolve(page)))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.contains("://")
                        && !Files.exists(DeployFiles.DEPLOY.resolve(link).normalize()))
                .forEach(missing::add);

        assertThat(missing).isEmpty();
    }

    /** The webhook's own clock, against lists of 22 November and an exception that ended on the 20th. */
    @ParameterizedTest(name = "it shows {0}: {1}, {2}")
    @CsvSource({
        "2026-11-22T12:00:00Z,0,1",
        "2026-11-22T12:10:00Z,0,1",
        "2026-11-22T11:50:00Z,0,1",
        "2026-11-24T12:00:00Z,1,1",
        "2026-11-20T11:00:00Z,1,0"
    })
    void a_webhook_whose_clock_is_off_by_more_than_max_age_denies_and_by_the_past_takes_ended_exceptions(
            String clock, int named, int ended) throws IOException {
        Path policy = Files.writeString(directory.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: p}
                spec:
                  defaultProfile: {type: RuntimeDefault}
                  localhost: {maxAge: 24h}
                  exceptions: {source: Annotation, require: [reason, expires]}
                """);
        Path inventory = Files.writeString(directory.resolve("inventory.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
                data:
                  n1: "# apparmor: enabled\\n# observed-at: 2026-11-22T12:00:00Z\\nk8s-web (enforce)\\n"
                """);
        assertThat(judged(policy, inventory, clock, "", "{type: Localhost, localhostProfile: k8s-web}"))
                .isEqualTo(named);
        assertThat(judged(policy, inventory, clock, """
                  annotations:
                    apparmor-admission.dev/unconfined: c
                    apparmor-admission.dev/reason: until the bug is found
                    apparmor-admission.dev/expires: "2026-11-20"
                """, "{type: Unconfined}")).isEqualTo(ended);
    }

    private int judged(Path policy, Path inventory, String clock, String annotations, String profile)
            throws IOException {
        Path pod = Files.writeString(directory.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: p
                %sspec:
                  containers: [{name: c, image: i, securityContext: {appArmorProfile: %s}}]
                """.formatted(annotations, profile));
        CheckRun run = CheckRun.of(
                pod.toString(), "--policy", policy.toString(), "--inventory", inventory.toString(), "--now", clock);
        assertThat(run.err()).isEmpty();
        return run.code();
    }
}
