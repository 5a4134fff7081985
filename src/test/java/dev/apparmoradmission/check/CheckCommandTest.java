package dev.apparmoradmission.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String GOOD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: good}
            spec:
              containers: [{name: app, image: nginx}]
            """;

    private static final String DENIED = """
            apiVersion: v1
            kind: Pod
            metadata: {name: denied, namespace: shop}
            spec:
              containers:
              - name: app
                image: nginx
                securityContext:
                  appArmorProfile: {type: Unconfined}
            """;

    private static final String LOCALHOST = """
            apiVersion: v1
            kind: Pod
            metadata: {name: localhost}
            spec:
              containers:
              - {name: app, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: k8s-web}}}
            """;

    private static final String INVENTORY = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: inventory, namespace: apparmor}
            data:
              n1: "k8s-web (enforce)"
              n2: "k8s-web (complain)"
            """;

    @TempDir
    Path dir;

    private Path policy;

    @BeforeEach
    void writePolicy() throws IOException {
        policy = write("policies/strict.yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  match: {excludeNamespaces: [kube-system]}
                  defaultProfile: {type: RuntimeDefault}
                """).getParent();
    }

    // ---- exit codes

    @Test
    void nothing_to_complain_of_is_0() throws Exception {
        CheckRun run = check(write("good.yaml", GOOD));

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).endsWith("1 workload: 1 allowed, 0 denied, 0 with warnings.\n");
    }

    @Test
    void a_denial_is_1() throws Exception {
        assertThat(check(write("denied.yaml", DENIED)).code()).isEqualTo(1);
    }

    @Test
    void a_field_that_only_lists_have_is_no_fault_of_a_pod() throws Exception {
        assertThat(check(write(
                                "good.yaml",
                                GOOD.replace("{name: good}", "{name: good, continue: 5, ownerReferences: 7}")))
                        .code())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"deny, 0", "warn, 1", "never, 0"})
    void a_warning_fails_only_where_asked_for(String failOn, int code) throws Exception {
        Path warned = write(
                "warned.yaml",
                DENIED.replace(
                        "metadata: {",
                        "metadata: {annotations: {"
                                + "apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: needed for this test}, "));

        assertThat(check(warned, "--fail-on", failOn).code()).isEqualTo(code);
    }

    @Test
    void a_denial_does_not_fail_where_nothing_shall() throws Exception {
        assertThat(check(write("denied.yaml", DENIED), "--fail-on", "never").code())
                .isZero();
    }

    @Test
    void without_an_inventory_its_absence_is_a_warning_that_never_fails() throws Exception {
        CheckRun run = check(write("localhost.yaml", LOCALHOST), "--fail-on", "warn", "--output", "json");

        assertThat(run.code()).isZero();
        JsonNode result = JSON.readTree(run.out()).path("results").path(0);
        assertThat(result.path("containers").path(0).path("confinement").asText())
                .isEqualTo("Unknown");
        assertThat(result.path("findings").path(0).path("rule").asText()).isEqualTo("inventory-unknown");
        assertThat(result.path("findings").path(0).path("action").asText()).isEqualTo("Warn");
    }

    @Test
    void nodes_without_an_inventory_do_not_fail_either() throws Exception {
        Path nodes = write("nodes.yaml", "{kind: Node, metadata: {name: n1}}");

        assertThat(check(write("localhost.yaml", LOCALHOST), "--fail-on", "warn", "--nodes", nodes.toString())
                        .code())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--no-such-option x.yaml",
                "x.yaml --output xml",
                "x.yaml --fail-on maybe",
                "x.yaml --now tomorrow",
                "x.yaml --now +999999999-01-01T00:00:00Z",
                "x.yaml --now",
                "x.yaml --output json --output text"
            })
    void bad_usage_is_2_with_one_line_and_a_way_on(String arguments) {
        CheckRun run = CheckRun.of(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(2).first().asString().startsWith("check: ");
        assertThat(run.err()).endsWith("check --help tells the options.\n");
    }

    @Test
    void help_goes_to_standard_output_and_is_0() {
        CheckRun run = CheckRun.of("--help");

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("Usage: java -jar").contains("--inventory", "--fail-on", "Exit codes");
    }

    @Test
    void a_file_that_is_not_there_is_2_and_the_others_are_judged() throws Exception {
        CheckRun run =
                check(dir.resolve("missing.yaml"), write("denied.yaml", DENIED).toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo(dir.resolve("missing.yaml") + ": there is no such file or directory\n");
        assertThat(run.out()).contains("DENIED").contains("1 workload: 0 allowed, 1 denied");
    }

    @Test
    void policies_that_cannot_be_read_are_2_and_nothing_is_judged() throws Exception {
        Path good = write("good.yaml", GOOD);
        Path broken = write("broken/p.yaml", "kind: AppArmorPolicy\nspec: {mode: Enforce\n");

        CheckRun absent =
                CheckRun.of(good.toString(), "--policy", dir.resolve("none").toString());
        CheckRun malformed = CheckRun.of(good.toString(), "--policy", broken.toString());

        assertThat(absent.code()).isEqualTo(2);
        assertThat(absent.out()).isEmpty();
        assertThat(absent.err()).contains("none").contains("no such file or directory");
        assertThat(malformed.code()).isEqualTo(2);
        assertThat(malformed.err()).startsWith(broken + ":");
    }

    // ---- input

    @Test
    void an_error_in_yaml_has_file_line_and_column_and_the_rest_is_judged() throws Exception {
        Path file = write("mixed.yaml", GOOD + "---\nkind: Pod\nspec:\n  containers: [a\n---\n" + DENIED);

        CheckRun run = check(file, "--output", "json");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).matches("\\Q" + file + "\\E:1[0-9]:[0-9]+: [^\n]+\n");
        JsonNode results = JSON.readTree(run.out()).path("results");
        assertThat(results).extracting(r -> r.path("name").asText()).containsExactly("good", "denied");
        assertThat(results).extracting(r -> r.path("document").asInt()).containsExactly(1, 3);
    }

    @Test
    void an_error_in_json_has_file_line_and_column() throws Exception {
        Path file = write("broken.json", "{\n  \"kind\": \"Pod\",\n  \"spec\": {]\n}\n");

        CheckRun run = check(file);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith(file + ":3:");
    }

    @Test
    void a_directory_is_searched_for_yaml_and_json_in_order() throws Exception {
        write("tree/b.yaml", GOOD.replace("good", "b"));
        write("tree/a/z.yml", GOOD.replace("good", "a-z"));
        write(
                "tree/c.json",
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"c\"}, \"spec\": {}}");
        write("tree/notes.txt", "not: [a manifest");
        write("tree/.git/x.yaml", "not: [a manifest");
        Files.createSymbolicLink(dir.resolve("tree/a/loop"), dir.resolve("tree"));
        Files.createSymbolicLink(dir.resolve("tree/d.yaml"), dir.resolve("tree/b.yaml"));

        CheckRun run = check(dir.resolve("tree"), "--output", "json");

        assertThat(run.err()).isEmpty();
        assertThat(JSON.readTree(run.out()).path("results"))
                .extracting(r -> r.path("name").asText())
                .containsExactly("a-z", "b", "c");
    }

    @Test
    void standard_input_is_read_as_a_file() throws Exception {
        CheckRun run = CheckRun.fed(GOOD + "---\n" + DENIED, "-", "--policy", policy.toString(), "--output", "json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(JSON.readTree(run.out()).path("results"))
                .extracting(r -> r.path("file").asText())
                .containsExactly("-", "-");
    }

    @Test
    void lists_are_judged_item_by_item() throws Exception {
        CheckRun run = CheckRun.fed("""
                apiVersion: v1
                kind: List
                items:
                - apiVersion: v1
                  kind: Pod
                  metadata: {name: one}
                  spec: {containers: [{name: a}]}
                - apiVersion: v1
                  kind: Service
                  metadata: {name: passed-over}
                - apiVersion: apps/v1
                  kind: DeploymentList
                  items:
                  - metadata: {name: two}
                    spec: {template: {spec: {containers: [{name: a}]}}}
                ---
                {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "three"}, "spec": {}}]}
                ---
                apiVersion: batch/v1
                items:
                - metadata: {name: four}
                  spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a}]}}}}}
                kind: CronJobList
                """, "-", "--policy", policy.toString(), "--output", "json");

        assertThat(run.err()).isEmpty();
        JsonNode results = JSON.readTree(run.out()).path("results");
        assertThat(results)
                .extracting(r -> r.path("kind").asText() + "/" + r.path("name").asText())
                .containsExactly("Pod/one", "Deployment/two", "Pod/three", "CronJob/four");
        assertThat(results.path(3).path("containers").path(0).path("path").asText())
                .isEqualTo("spec.jobTemplate.spec.template.spec.containers[0]");
    }

    @Test
    void every_kind_that_pods_come_from_is_judged_and_others_are_passed_over() throws Exception {
        StringBuilder all = new StringBuilder();
        Map<String, String> templated = Map.of(
                "Deployment", "apps/v1",
                "ReplicaSet", "apps/v1",
                "StatefulSet", "apps/v1",
                "DaemonSet", "apps/v1",
                "Job", "batch/v1",
                "ReplicationController", "v1");
        templated.forEach((kind, version) -> all.append("apiVersion: " + version + "\nkind: " + kind
                + "\nspec: {template: {spec: {containers: [{name: a, securityContext: {appArmorProfile:"
                + " {type: Unconfined}}}]}}}\n---\n"));
        all.append("apiVersion: v1\nkind: PodTemplate\ntemplate: {spec: {containers: [{name: a, securityContext:"
                + " {appArmorProfile: {type: Unconfined}}}]}}\n---\n");
        all.append("apiVersion: example.org/v1\nkind: Deployment\nspec: {template: {spec: {containers: 7}}}\n---\n");
        all.append("apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n");

        CheckRun run = CheckRun.fed(all.toString(), "-", "--policy", policy.toString(), "--output", "json");

        JsonNode report = JSON.readTree(run.out());
        assertThat(report.path("summary").path("workloads").asInt()).isEqualTo(7);
        assertThat(report.path("summary").path("denied").asInt()).isEqualTo(7);
    }

    @Test
    void what_is_no_kubernetes_object_is_passed_over_with_a_note_unless_it_was_named() throws Exception {
        Path values = write("chart/values.yaml", "replicas: 2\n---\n- a list\n---\ntext\n");

        CheckRun found = check(values.getParent());
        CheckRun named = check(values);

        assertThat(found.code()).isZero();
        assertThat(found.out())
                .isEqualTo("- " + values + ": document 1 is not a Kubernetes object: passed over\n- " + values
                        + ": document 2 is not a Kubernetes object: passed over\n- " + values
                        + ": document 3 is not a Kubernetes object: passed over\nNo workloads found.\n");
        assertThat(named.code()).isZero();
        assertThat(named.out()).isEqualTo("No workloads found.\n");
    }

    @Test
    void a_pod_that_cannot_be_read_is_denied_at_its_line() throws Exception {
        CheckRun run = check(
                write("bad.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec:\n  containers: nginx\n"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .contains("denied: pod (spec.containers), line 5: cannot be read: spec.containers is not a list"
                        + " [profile-invalid, policy strict]");
    }

    @Test
    void garbage_in_the_inventory_is_a_warning_and_the_node_stays() throws Exception {
        Path inventory = write("inventory.yaml", INVENTORY.replace("k8s-web (complain)", "???"));

        CheckRun run = check(write("localhost.yaml", LOCALHOST), "--inventory", inventory.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo(
                        "warning: inventory ConfigMap \"apparmor/inventory\", node \"n2\", line 1: \"???\" is not NAME"
                                + " (MODE); the line is left out\n");
        assertThat(run.out()).contains("not loaded on 1 of 2 eligible nodes (n2)");
    }

    @Test
    void a_node_whose_list_is_too_long_is_there_and_unknown() throws Exception {
        Path inventory = write(
                "inventory.yaml", INVENTORY.replace("\"k8s-web (complain)\"", "\"" + "x".repeat(1_100_000) + "\""));

        CheckRun run = check(write("localhost.yaml", LOCALHOST), "--inventory", inventory.toString());

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("[inventory-unknown").contains("n2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--inventory", "--nodes", "--namespaces"})
    void a_wrong_file_about_the_cluster_is_2_and_nothing_is_judged(String option) throws Exception {
        Path wrong = write("wrong.yaml", GOOD);
        Path broken = write("broken.yaml", "items: [\n");

        CheckRun one = check(write("good.yaml", GOOD), option, wrong.toString());
        CheckRun other = check(write("good.yaml", GOOD), option, broken.toString());

        assertThat(one.code()).isEqualTo(2);
        assertThat(one.out()).isEmpty();
        assertThat(one.err()).startsWith(wrong + ":1:1: holds no ");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).startsWith(broken + ":2:1: ");
    }

    @Test
    void namespaces_tell_a_selector_whom_to_match() throws Exception {
        Path selecting = write("selecting/p.yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: selecting}
                spec:
                  match: {namespaceSelector: {matchLabels: {tier: prod}}}
                """);
        Path namespaces = write("namespaces.yaml", """
                kind: List
                items:
                - {kind: Namespace, metadata: {name: shop, labels: {tier: test}}}
                """);
        Path denied = write("denied.yaml", DENIED);

        assertThat(CheckRun.of(denied.toString(), "--policy", selecting.toString())
                        .code())
                .isEqualTo(1);
        assertThat(CheckRun.of(
                                denied.toString(),
                                "--policy",
                                selecting.toString(),
                                "--namespaces",
                                namespaces.toString())
                        .code())
                .isZero();
    }

    @Test
    void exceptions_are_judged_at_the_instant_given() throws Exception {
        Path file = write(
                "dated.yaml",
                DENIED.replace(
                        "metadata: {",
                        "metadata: {annotations: {"
                                + "apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: needed for this test,"
                                + " apparmor-admission.dev/expires: \"2026-11-30\"}, "));

        assertThat(check(file).code()).isZero();
        assertThat(check(file, "--now", "2026-12-01T00:00:00Z").code()).isEqualTo(1);
        assertThat(check(file, "--now", "2026-12-01T00:59:59+01:00").code()).isZero();
    }

    @Test
    void a_report_that_cannot_be_written_is_2() throws Exception {
        Path good = write("good.yaml", GOOD);
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };

        int code = CheckCommand.run(
                List.of(good.toString(), "--policy", policy.toString()),
                new Surroundings(
                        InputStream.nullInputStream(),
                        full,
                        err,
                        Clock.systemUTC(),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("check: the report cannot be written: No space left on device\n");
    }

    // ---- forms

    @Test
    void the_text_tells_file_line_reason_and_way_out() throws Exception {
        Path inventory = write("inventory.yaml", INVENTORY);
        Path file = write("app.yaml", "# a remark\n" + GOOD + "---\n" + LOCALHOST);

        CheckRun run = check(file, "--inventory", inventory.toString());

        assertThat(run.out()).isEqualTo("""
                OK     FILE:2  Pod default/good
                DENIED FILE:8  Pod default/localhost
                    denied: container "app" (spec.containers[0]), line 13: Localhost profile "k8s-web" is in complain mode on 1 of 2 eligible nodes (n2): it only logs [localhost-mode, policy strict]
                      fix: switch it to enforce mode there, or name a profile that is in enforce mode
                2 workloads: 1 allowed, 1 denied, 0 with warnings.
                """.replace("FILE", file.toString()));
    }

    @Test
    void more_nodes_than_a_message_names_are_listed_below_it() throws Exception {
        StringBuilder data = new StringBuilder("kind: ConfigMap\nmetadata: {name: i}\ndata:\n");
        for (int i = 10; i < 40; i++) {
            data.append("  node").append(i).append(": \"\"\n");
        }

        CheckRun run = check(
                write("localhost.yaml", LOCALHOST),
                "--inventory",
                write("inventory.yaml", data.toString()).toString());

        assertThat(run.out()).contains("      nodes: node10, node11, ").contains(", node29 and 10 more\n");
    }

    @Test
    void a_terminal_gets_signs_and_colours() throws Exception {
        Path file = write("both.yaml", GOOD + "---\n" + DENIED);

        CheckRun run = CheckRun.shown(new TextReport.Style(true, true), file.toString(), "--policy", policy.toString());

        assertThat(run.out())
                .contains("\u001b[32m✔\u001b[0m ")
                .contains("\u001b[31m✖\u001b[0m ")
                .contains("\u001b[31m1 denied\u001b[0m");
    }

    @ParameterizedTest
    @CsvSource({"'', xterm, true", ", xterm, true", "1, xterm, false", ", dumb, false"})
    void colours_can_be_refused(String noColor, String term, boolean wanted) {
        Map<String, String> environment =
                noColor == null ? Map.of("TERM", term) : Map.of("NO_COLOR", noColor, "TERM", term);

        assertThat(Surroundings.wantsColours(environment)).isEqualTo(wanted);
    }

    @Test
    void the_json_has_the_shape_of_the_contract() throws Exception {
        Path inventory = write("inventory.yaml", INVENTORY);
        Path file = write("app.yaml", """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {namespace: shop, name: web}
                spec:
                  template:
                    metadata:
                      annotations:
                        apparmor-admission.dev/unconfined: sidecar
                        apparmor-admission.dev/reason: reads host /proc
                        apparmor-admission.dev/owner: team-a
                    spec:
                      containers:
                      - {name: app, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: k8s-db}}}
                      - {name: sidecar, securityContext: {appArmorProfile: {type: Unconfined}}}
                """);

        CheckRun run = check(file, "--inventory", inventory.toString(), "--output", "json");

        JsonNode report = JSON.readTree(run.out());
        String hash = report.path("policyHash").asText();
        assertThat(hash).isNotEmpty();
        String fix = report.path("results")
                .path(0)
                .path("findings")
                .path(0)
                .path("fix")
                .asText();
        assertThat(fix).isNotEmpty();
        assertThat(report).isEqualTo(JSON.readTree("""
                {"policyHash": "%s", "now": "2026-11-22T19:00:00Z",
                 "results": [{"file": "%s", "document": 1, "kind": "Deployment", "namespace": "shop", "name": "web",
                   "allowed": false,
                   "containers": [
                     {"name": "app", "path": "spec.template.spec.containers[0]", "declared": "Localhost/k8s-db",
                      "source": "container-field", "confinement": "WillNotStart", "cause": "ProfileNotLoaded",
                      "nodes": ["n1", "n2"]},
                     {"name": "sidecar", "path": "spec.template.spec.containers[1]", "declared": "Unconfined",
                      "source": "container-field", "confinement": "Unconfined", "cause": "Declared", "nodes": []}],
                   "findings": [
                     {"rule": "localhost-not-loaded", "action": "Enforce", "container": "app",
                      "path": "spec.template.spec.containers[0]", "policy": "strict",
                      "message": "Localhost profile \\"k8s-db\\" is not loaded on 2 of 2 eligible nodes (n1, n2)", "fix": "%s",
                      "line": 13, "column": 74},
                     {"rule": "unconfined", "action": "Warn", "container": "sidecar",
                      "path": "spec.template.spec.containers[1]", "policy": "strict",
                      "message": "type Unconfined needs an exception: accepted by annotation, reason \\"reads host /proc\\", owner \\"team-a\\"",
                      "fix": "", "line": 14, "column": 61,
                      "exception": {"source": "Annotation", "reason": "reads host /proc", "owner": "team-a"}}]}],
                 "summary": {"workloads": 1, "allowed": 0, "denied": 1, "warned": 1}}
                """.formatted(hash, file, fix.replace("\"", "\\\""))));
    }

    @Test
    void a_workload_that_no_policy_matches_is_allowed() throws Exception {
        CheckRun run = check(write("system.yaml", DENIED.replace("shop", "kube-system")), "--output", "json");

        assertThat(run.code()).isZero();
        assertThat(JSON.readTree(run.out())
                        .path("results")
                        .path(0)
                        .path("allowed")
                        .asBoolean())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json", "sarif", "junit"})
    void foreign_text_cannot_forge_a_line_in_any_form(String form) throws Exception {
        String evil = "a\\nb\\u001b[31m\\\"\\u00a0\\u202e\\u2028z";
        Path file = write(
                "evil.json",
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"" + evil
                        + "\", \"namespace\": \"" + evil + "\"}, \"spec\": {\"containers\": [{\"name\": \"" + evil
                        + "\", \"securityContext\": {\"appArmorProfile\": {\"type\": \"Unconfined\"}}},"
                        + " {\"name\": \"x\", \"securityContext\": {\"appArmorProfile\": {\"type\": \"" + evil
                        + "\"}}}]}}");

        CheckRun run = check(file, "--output", form);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()
                        .chars()
                        .filter(c -> c != '\n' && (Character.isISOControl(c) || c > 0x7e))
                        .count())
                .as(run.out())
                .isZero();
        assertThat(run.out()).doesNotContain("a\nb");
    }

    @Test
    void a_name_of_a_file_cannot_forge_a_line_either() throws Exception {
        Path file = write("a\nb.yaml", "x: [");

        CheckRun run = check(file);

        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("a\\nb.yaml:1:");
    }

    private CheckRun check(Path path, String... options) {
        List<String> arguments = new ArrayList<>(List.of(path.toString(), "--policy", policy.toString()));
        arguments.addAll(Arrays.asList(options));
        return CheckRun.of(arguments.toArray(String[]::new));
    }

    private Path write(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
