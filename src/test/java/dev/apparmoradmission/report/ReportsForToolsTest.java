package dev.apparmoradmission.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.check.CheckRun;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Element;

/** SARIF and JUnit, as {@code check} writes them. */
class ReportsForToolsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String MANIFESTS = """
            apiVersion: v1
            kind: Pod
            metadata: {name: good}
            spec: {containers: [{name: app}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: denied}
            spec:
              containers:
              - name: "a<&>b"
                securityContext: {appArmorProfile: {type: Unconfined}}
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: excused
              annotations: {apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: needed for this test}
            spec: {containers: [{name: app, securityContext: {appArmorProfile: {type: Unconfined}}}]}
            ---
            kind: Pod
            spec: [
            """;

    @TempDir
    Path dir;

    private Path policy;
    private Path file;

    @BeforeEach
    void writeFiles() throws IOException {
        policy = Files.writeString(dir.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec: {defaultProfile: {type: RuntimeDefault}}
                """);
        file = Files.writeString(dir.resolve("app.yaml"), MANIFESTS);
    }

    @Test
    void sarif_has_every_rule_and_a_result_a_finding_at_its_line() throws Exception {
        CheckRun run = CheckRun.of(file.toString(), "--policy", policy.toString(), "--output", "sarif");

        assertThat(run.code()).isEqualTo(2);
        JsonNode sarif = JSON.readTree(run.out());
        assertThat(sarif.path("version").asText()).isEqualTo("2.1.0");
        JsonNode only = sarif.path("runs").path(0);
        assertThat(only.at("/tool/driver/rules"))
                .extracting(rule -> rule.path("id").asText())
                .containsExactlyElementsOf(
                        Stream.of(Rule.values()).map(Rule::id).toList());
        JsonNode results = only.path("results");
        assertThat(results).hasSize(2);
        JsonNode denied = results.path(0);
        assertThat(denied.path("ruleId").asText()).isEqualTo("unconfined");
        assertThat(denied.path("level").asText()).isEqualTo("error");
        assertThat(denied.at("/message/text").asText()).contains("Pod default/denied", "needs an exception", "Fix: ");
        assertThat(denied.at("/locations/0/physicalLocation/artifactLocation/uri")
                        .asText())
                .isEqualTo("file://" + file);
        assertThat(denied.at("/locations/0/physicalLocation/region").toString())
                .isEqualTo("{\"startLine\":12,\"startColumn\":41}");
        JsonNode excused = results.path(1);
        assertThat(excused.path("level").asText()).isEqualTo("warning");
        assertThat(excused.at("/suppressions/0/kind").asText()).isEqualTo("inSource");
        assertThat(excused.at("/suppressions/0/justification").asText()).contains("needed for this test");
        assertThat(only.at("/invocations/0/executionSuccessful").asBoolean()).isFalse();
        assertThat(only.at("/invocations/0/toolExecutionNotifications/0/message/text")
                        .asText())
                .startsWith(file + ":");
    }

    @ParameterizedTest
    @CsvSource({"deploy/app.yaml, deploy/app.yaml", "a b/ü%.yaml, a%20b/%C3%BC%25.yaml", "x:y.yaml, ./x:y.yaml", "-, -"
    })
    void a_path_becomes_a_uri_reference(String path, String uri) throws Exception {
        // Only the form matters here, so the report is fed directly.
        var out = new ByteArrayOutputStream();
        SarifReport report = new SarifReport(out);
        report.begin(new Report.Header("hash", CheckRun.NOW));
        report.add(noted(path));
        report.end(Summary.NONE);

        String found = JSON.readTree(out.toByteArray())
                .at("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri")
                .asText();
        assertThat(found).isEqualTo(uri);
        assertThat(URI.create(found).getPath()).endsWith(path);
    }

    @ParameterizedTest
    @CsvSource({"deny, 1", "warn, 2", "never, 0"})
    void junit_has_a_case_a_workload_and_fails_those_that_the_command_complains_of(String failOn, int failures)
            throws Exception {
        CheckRun run =
                CheckRun.of(file.toString(), "--policy", policy.toString(), "--output", "junit", "--fail-on", failOn);

        Element suites = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(run.out().getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
        assertThat(suites.getAttribute("tests")).isEqualTo("4");
        assertThat(suites.getAttribute("failures")).isEqualTo(Integer.toString(failures));
        assertThat(suites.getAttribute("errors")).isEqualTo("1");
        assertThat(suites.getElementsByTagName("testcase").getLength()).isEqualTo(4);
        assertThat(suites.getElementsByTagName("failure").getLength()).isEqualTo(failures);
        assertThat(suites.getElementsByTagName("system-out").getLength()).isEqualTo(2 - failures);
        assertThat(suites.getTextContent()).contains("container \"a<&>b\"");
    }

    private static Judgement noted(String path) {
        var places = new Places(Map.of(), "", Place.START);
        var decision =
                new Decision(true, List.of(), "hash", List.of(), List.of(), List.of(), List.of(), List.of("a note"));
        return new Judgement(path, 1, "Pod", "default", "app", places, decision, Set.of());
    }
}
