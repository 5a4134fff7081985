package dev.apparmoradmission.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Baselines, comparison with what was before, and files that are left out. */
class KnownFindingsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String OLD = pod("old", "Unconfined");
    private static final String NEW = pod("new", "Unconfined");

    @TempDir
    Path dir;

    private Path policy;
    private Path app;
    private Path baseline;

    private static String pod(String name, String type) {
        return """
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: shop}
                spec:
                  containers:
                  - {name: app, securityContext: {appArmorProfile: {type: %s}}}
                """.formatted(name, type);
    }

    @BeforeEach
    void writeFiles() throws IOException {
        policy = Files.writeString(dir.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec: {defaultProfile: {type: RuntimeDefault}}
                """);
        app = Files.writeString(Files.createDirectory(dir.resolve("app")).resolve("app.yaml"), OLD);
        baseline = dir.resolve("baseline.json");
    }

    @Test
    void a_finding_of_the_baseline_is_told_and_does_not_fail() throws IOException {
        assertThat(check("--write-baseline", baseline.toString()).code()).isZero();
        assertThat(Files.readString(baseline)).isEqualTo("""
                {"findings": [
                  {"kind":"Pod","namespace":"shop","name":"old","container":"app","rule":"unconfined","declared":"Unconfined"}
                ]}
                """);

        CheckRun run = check("--baseline", baseline.toString());

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("KNOWN  ", "    known: container \"app\"")
                .endsWith("1 workload: 0 allowed, 1 denied, 0 with warnings; 1 of those denied as known.\n");
    }

    @Test
    void it_stays_known_in_another_file_and_at_another_line() throws IOException {
        check("--write-baseline", baseline.toString());
        Files.writeString(app.resolveSibling("moved.yaml"), "# moved\n\n" + OLD);
        Files.delete(app);

        assertThat(check("--baseline", baseline.toString()).code()).isZero();
    }

    @Test
    void a_new_finding_fails_beside_known_ones() throws IOException {
        check("--write-baseline", baseline.toString());
        Files.writeString(app, OLD + NEW);

        CheckRun run = check("--baseline", baseline.toString(), "--output", "json");

        assertThat(run.code()).isEqualTo(1);
        JsonNode report = JSON.readTree(run.out());
        assertThat(report.path("summary").path("denied").asInt()).isEqualTo(2);
        assertThat(report.path("summary").path("known").asInt()).isEqualTo(1);
        assertThat(report.path("results")
                        .path(0)
                        .path("findings")
                        .path(0)
                        .path("known")
                        .asBoolean())
                .isTrue();
        assertThat(report.path("results").path(1).path("findings").path(0).has("known"))
                .isFalse();
    }

    @Test
    void another_profile_of_a_known_container_is_new() throws IOException {
        Files.writeString(app, pod("old", "Localhost, localhostProfile: unconfined"));
        check("--write-baseline", baseline.toString());
        Files.writeString(app, OLD);

        assertThat(check("--baseline", baseline.toString()).code()).isEqualTo(1);
    }

    @Test
    void a_known_warning_does_not_fail_where_warnings_do() throws IOException {
        Files.writeString(app, """
                kind: Pod
                metadata: {name: p, annotations: {container.apparmor.security.beta.kubernetes.io/a: runtime/default}}
                spec: {containers: [{name: a}]}
                """.replace("kind", "apiVersion: v1\nkind"));
        assertThat(check("--fail-on", "warn").code()).isEqualTo(1);
        check("--write-baseline", baseline.toString());

        assertThat(check("--fail-on", "warn", "--baseline", baseline.toString()).code())
                .isZero();
    }

    @Test
    void what_is_gone_is_told_so_that_the_baseline_shrinks() throws IOException {
        check("--write-baseline", baseline.toString());
        Files.writeString(app, pod("old", "RuntimeDefault"));

        assertThat(check("--baseline", baseline.toString()).out()).contains("- 1 known finding is gone\n");
    }

    @Test
    void sarif_and_gitlab_know_a_finding_again_by_its_fingerprint() throws IOException {
        check("--write-baseline", baseline.toString());
        JsonNode before = JSON.readTree(check("--output", "sarif").out()).at("/runs/0/results/0");
        Files.writeString(app, "# one line more\n" + OLD);
        JsonNode after = JSON.readTree(check("--output", "sarif", "--baseline", baseline.toString())
                        .out())
                .at("/runs/0/results/0");

        assertThat(after.path("partialFingerprints"))
                .isEqualTo(before.path("partialFingerprints"))
                .isNotEmpty();
        assertThat(before.has("baselineState")).isFalse();
        assertThat(after.path("baselineState").asText()).isEqualTo("unchanged");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "| is empty; make it with --write-baseline",
                "[] | 1:1: is no baseline",
                "{\"findings\": 5} | 1:1: is no baseline",
                "{\"findings\": [{\"kind\": \"Pod\"}]} | 1:15: a finding needs the string namespace",
                "{\"findings\": [{\"kind\": 5}]} | a finding needs the string kind",
                "{\"findings\": [ | 1:"
            })
    void a_baseline_that_cannot_be_read_is_2_with_its_place(String content, String problem) throws IOException {
        Files.writeString(baseline, content == null ? "" : content);

        CheckRun run = check("--baseline", baseline.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith(baseline + ":").contains(problem);
    }

    @Test
    void only_what_was_not_there_before_fails_in_a_comparison() throws IOException {
        Path before = Files.writeString(dir.resolve("before.yaml"), OLD);

        assertThat(check("--diff", before.toString()).code()).isZero();
        Files.writeString(app, OLD + NEW);
        CheckRun run = check("--diff", before.toString());
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("KNOWN  ", "DENIED ");
    }

    @Test
    void the_old_ones_and_the_new_ones_can_stand_side_by_side() throws IOException {
        Path before = Files.writeString(dir.resolve("before.yaml"), OLD);
        Files.writeString(app, OLD + NEW);

        CheckRun run = CheckRun.of("--policy", policy.toString(), "--diff", before.toString(), app.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("KNOWN  ", "DENIED ").endsWith("; 1 of those denied as known.\n");
    }

    @Test
    void what_was_before_and_cannot_be_read_makes_nothing_known() throws IOException {
        Path before = Files.writeString(dir.resolve("before.yaml"), "kind: [");

        CheckRun run = check("--diff", before.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("warning: of what was before: " + before);
    }

    @ParameterizedTest
    @CsvSource({"app.yaml, 0", "*.yaml, 0", "vendor, 1", "vendor/**, 1", "other.yaml, 1", "sub/*.yaml, 1"})
    void files_below_a_directory_can_be_left_out(String glob, int code) throws IOException {
        Files.writeString(
                Files.createDirectory(dir.resolve("app/vendor")).resolve("good.yaml"), pod("g", "RuntimeDefault"));

        assertThat(check("--exclude", glob).code()).isEqualTo(code);
    }

    @Test
    void github_gets_an_annotation_at_the_line_and_no_name_can_forge_another() throws IOException {
        Files.writeString(app, OLD.replace("name: app", "name: \"a\\n::error::b,c\""));

        CheckRun run = check("--output", "github");

        assertThat(run.out().lines().toList())
                .hasSize(2)
                .element(0)
                .asString()
                .startsWith("::error file=" + app + ",line=7,col=67,title=unconfined::Pod shop/old, container");
        assertThat(run.out()).contains("%0Afix: ").endsWith("1 workload: 0 allowed, 1 denied, 0 with warnings.\n");
    }

    @Test
    void gitlab_gets_a_code_quality_report() throws IOException {
        JsonNode entry = JSON.readTree(check("--output", "gitlab").out()).path(0);

        assertThat(entry.path("check_name").asText()).isEqualTo("unconfined");
        assertThat(entry.path("severity").asText()).isEqualTo("major");
        assertThat(entry.path("fingerprint").asText()).matches("[0-9a-f]{32}");
        assertThat(entry.at("/location/path").asText()).isEqualTo(app.toString());
        assertThat(entry.at("/location/lines/begin").asInt()).isEqualTo(7);
    }

    private CheckRun check(String... more) {
        List<String> arguments = new ArrayList<>(List.of(dir.resolve("app").toString(), "--policy", policy.toString()));
        arguments.addAll(Arrays.asList(more));
        return CheckRun.of(arguments.toArray(String[]::new));
    }
}
