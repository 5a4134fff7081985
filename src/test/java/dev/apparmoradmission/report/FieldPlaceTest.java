package dev.apparmoradmission.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.check.CheckRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A finding leads to the very field that its author has to change; in each of these manifests a @ stands before it. */
class FieldPlaceTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    private Path policy;
    private Path inventory;

    @BeforeEach
    void writeFiles() throws IOException {
        policy = Files.writeString(dir.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec: {defaultProfile: {type: None}, rules: {annotation-deprecated: Warn, privileged: Enforce}, localhost: {allowed: ["k8s-*"]}}
                """);
        inventory = Files.writeString(dir.resolve("inventory.yaml"), """
                {apiVersion: v1, kind: ConfigMap, metadata: {name: i}, data: {n1: "k8s-learn (complain)"}}
                """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unconfined | {containers: [{name: a, securityContext: {appArmorProfile: {@type: Unconfined}}}]}",
                "unconfined | {securityContext: {appArmorProfile: {@type: Unconfined}}, containers: []}",
                "unconfined | {containers: [{name: a}], securityContext: {appArmorProfile: {@type: Unconfined}}}",
                "localhost-not-loaded | {containers: [{name: a, securityContext: {appArmorProfile: {type: Localhost, @localhostProfile: k8s-x}}}]}",
                "localhost-not-loaded | {securityContext: {appArmorProfile: {@localhostProfile: k8s-x, type: Localhost}}, containers: [{name: a}]}",
                "localhost-not-allowed | {initContainers: [{name: a, securityContext: {appArmorProfile: {type: Localhost, @localhostProfile: x}}}]}",
                "localhost-mode | {containers: [{name: a, securityContext: {appArmorProfile: {type: Localhost, @localhostProfile: k8s-learn}}}]}",
                "privileged | {containers: [{name: a, securityContext: {runAsUser: 0, @privileged: true}}]}",
                "profile-invalid | {containers: [{name: a, securityContext: {@appArmorProfile: {type: Odd}}}]}",
                "profile-invalid | {containers: @5}",
                "profile-missing | {containers: [@{name: a, securityContext: {privileged: false}}]}",
                "profile-missing | {containers: [{name: b}, @{name: a, securityContext: {seccompProfile: {type: Localhost}}}]}"
            })
    void a_field_of_a_pod_or_of_a_template_is_found(String rule, String spec) throws IOException {
        foundAtTheMark(rule, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  " + spec + "\n");
        foundAtTheMark(
                rule,
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: p}\nspec: {jobTemplate: {spec: {template: {spec:\n  "
                        + spec + "\n}}}}\n");
        foundAtTheMark(
                rule,
                "kind: List\nitems:\n- {kind: Service}\n- apiVersion: v1\n  kind: PodTemplate\n  template: {spec: "
                        + spec + "}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unconfined | @container.apparmor.security.beta.kubernetes.io/a: unconfined",
                "annotation-deprecated | @container.apparmor.security.beta.kubernetes.io/a: runtime/default",
                "annotation-malformed | @container.apparmor.security.beta.kubernetes.io/a: odd",
                "localhost-not-loaded | @container.apparmor.security.beta.kubernetes.io/a: localhost/k8s-x",
                "annotation-malformed | container.apparmor.security.beta.kubernetes.io/a: runtime/default;"
                        + "@container.apparmor.security.beta.kubernetes.io/stray: unconfined",
                "exception-invalid | apparmor-admission.dev/reason: short;@apparmor-admission.dev/unconfined: a",
                "exception-invalid | @apparmor-admission.dev/exception: nothing"
            })
    void an_annotation_of_a_pod_or_of_a_template_is_found(String rule, String listed) throws IOException {
        String annotations = listed.replace(';', '\n');
        String spec = "{containers: [{name: a}]}";
        foundAtTheMark(
                rule,
                "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n" + annotations.indent(4) + "spec: "
                        + spec + "\n");
        foundAtTheMark(
                rule,
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\nspec:\n  template:\n    metadata:\n      annotations:\n"
                        + annotations.indent(8) + "    spec: " + spec + "\n");
    }

    @Test
    void in_block_style_it_is_the_line_of_the_field_in_every_form_of_report() throws IOException {
        Path file = Files.writeString(dir.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: p
                spec:
                  containers:
                  - name: a
                    securityContext:
                      appArmorProfile:
                        type: Unconfined
                """);

        assertThat(check(file, "text").out())
                .contains("container \"a\" (spec.containers[0]), line 10: type Unconfined");
        assertThat(check(file, "github").out())
                .startsWith("::error file=" + file + ",line=10,col=9,title=unconfined::");
        assertThat(check(file, "junit").out()).contains(file + ":10:9: Enforce");
        assertThat(JSON.readTree(check(file, "gitlab").out())
                        .at("/0/location/lines/begin")
                        .asInt())
                .isEqualTo(10);
        assertThat(JSON.readTree(check(file, "sarif").out())
                        .at("/runs/0/results/0/locations/0/physicalLocation/region")
                        .toString())
                .isEqualTo("{\"startLine\":10,\"startColumn\":9}");
        JsonNode finding = JSON.readTree(check(file, "json").out()).at("/results/0/findings/0");
        assertThat(finding.path("path").asText()).isEqualTo("spec.containers[0]");
        assertThat(finding.path("line").asInt()).isEqualTo(10);
        assertThat(finding.path("column").asInt()).isEqualTo(9);
    }

    private void foundAtTheMark(String rule, String marked) throws IOException {
        int mark = marked.indexOf('@');
        String before = marked.substring(0, mark);
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        int column = mark - before.lastIndexOf('\n');
        Path file = Files.writeString(dir.resolve("manifest.yaml"), marked.replace("@", ""));

        List<String> places = new ArrayList<>();
        CheckRun run = check(file, "json");
        for (JsonNode finding : JSON.readTree(run.out()).at("/results/0/findings")) {
            if (finding.path("rule").asText().equals(rule)) {
                places.add(finding.path("line") + ":" + finding.path("column"));
            }
        }
        assertThat(places).as(marked + run.out()).contains(line + ":" + column);
    }

    private CheckRun check(Path file, String output) {
        return CheckRun.of(
                file.toString(),
                "--policy",
                policy.toString(),
                "--inventory",
                inventory.toString(),
                "--output",
                output);
    }
}
