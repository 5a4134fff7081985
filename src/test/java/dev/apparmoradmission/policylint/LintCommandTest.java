package dev.apparmoradmission.policylint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.cluster.SnapshotFixture;
import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code policy lint} reads, tells and exits with; what it finds is in {@link LintsTest}. */
class LintCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOW = "2026-11-22T19:00:00Z";
    private static final String POD = """
            {"metadata": {"namespace": "shop", "name": "web"}, "spec": {"nodeName": "n1", "containers": [
              {"name": "perf", "image": "nginx", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}
            """;

    @TempDir
    Path directory;

    private Path policies;

    @BeforeEach
    void writePolicies() throws IOException {
        policies = Files.writeString(directory.resolve("policies.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: mine}
                spec:
                  match: {namespaces: [shop]}
                  exceptions: {source: Grant}
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: perf}
                spec:
                  namespaces: [shop]
                  containers: [perf]
                  permits: [unconfined, privileged]
                  claim: NotRequired
                  serviceAccounts: [default]
                  reason: needs ptrace on its neighbours
                  owner: team-a
                  expires: "2026-12-01"
                  controls: []
                """);
    }

    private CommandRun lint(String... more) {
        return LintRun.of(Stream.concat(List.of("--policy", policies.toString()).stream(), Stream.of(more))
                .toList());
    }

    // ---- what is told

    @Test
    void each_finding_has_its_line_its_id_and_a_way_out_and_what_is_not_known_is_told() {
        CommandRun run = lint("--now", NOW);

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("""
                WARN  %1$s:19  grant perf: it expires on 2026-12-01, in 9 days; owner "team-a" [grant-expires-soon]
                    fix: renew it in time, or mend the pods that need it
                NOTE  %1$s:20  grant perf: the container need show nothing in return [grant-without-controls]
                    fix: ask for compensating controls, SeccompProfile for example
                - not examined: whether namespaces are there that policies and grants match (--namespaces, or a cluster)
                - not examined: whether profiles are there that policies allow (--inventory, or a cluster)
                - not examined: what grants are used for (manifests, or a cluster)
                1 policy and 1 grant: 1 warning, 1 note.
                """.formatted(policies));
    }

    @ParameterizedTest
    @CsvSource({
        "error, 2026-11-22T19:00:00Z, 0",
        "warning, 2026-11-22T19:00:00Z, 1",
        "note, 2026-10-01T00:00:00Z, 1",
        "warning, 2026-10-01T00:00:00Z, 0",
        "error, 2026-12-02T00:00:00Z, 1",
        "never, 2026-12-02T00:00:00Z, 0"
    })
    void the_exit_code_is_what_the_worst_finding_makes_it(String failOn, String now, int code) {
        assertThat(lint("--fail-on", failOn, "--now", now).code()).isEqualTo(code);
    }

    @Test
    void what_is_meant_so_is_accepted_by_annotation_and_counted() throws IOException {
        String accepting = Files.readString(policies)
                .replace(
                        "metadata: {name: perf}",
                        "metadata: {name: perf, annotations: {" + Findings.ACCEPTS
                                + ": \"grant-expires-soon, grant-without-controls\"}}");
        Files.writeString(policies, accepting);

        CommandRun run = lint("--now", NOW, "--fail-on", "note");

        assertThat(run.code()).isZero();
        assertThat(run.out()).doesNotContain("[grant-").endsWith("nothing found; 2 accepted.\n");
        assertThat(lint("--now", NOW, "--output", "sarif").out())
                .contains("\"suppressions\"", "accepted by the annotation");
    }

    @Test
    void programs_get_json_with_the_same() throws IOException {
        JsonNode json = JSON.readTree(lint("--now", NOW, "--output", "json").out());

        assertThat(json.at("/findings/0").toString())
                .isEqualTo("{\"lint\":\"grant-expires-soon\",\"severity\":\"warning\",\"file\":\"" + policies
                        + "\",\"line\":19,\"kind\":\"AppArmorException\",\"name\":\"perf\",\"field\":\"spec.expires\","
                        + "\"message\":\"it expires on 2026-12-01, in 9 days; owner \\\"team-a\\\"\","
                        + "\"fix\":\"renew it in time, or mend the pods that need it\"}");
        assertThat(json.path("unexamined")).hasSize(3);
        assertThat(json.path("summary").toString())
                .isEqualTo("{\"policies\":1,\"grants\":1,\"errors\":0,\"warnings\":1,\"notes\":1,\"accepted\":0}");
    }

    @Test
    void code_scanning_gets_sarif_and_pull_requests_annotations() throws IOException {
        JsonNode run =
                JSON.readTree(lint("--now", NOW, "--output", "sarif").out()).at("/runs/0");

        assertThat(run.at("/tool/driver/rules")).hasSize(Lint.values().length);
        assertThat(run.at("/results/0/ruleId").asText()).isEqualTo("grant-expires-soon");
        assertThat(run.at("/results/0/level").asText()).isEqualTo("warning");
        assertThat(run.at("/results/0/locations/0/physicalLocation/region/startLine")
                        .asInt())
                .isEqualTo(19);
        assertThat(lint("--now", NOW, "--output", "github").out())
                .startsWith("::warning file=" + policies + ",line=19,col=3,title=grant-expires-soon::grant perf: ")
                .contains("::notice file=", "1 policy and 1 grant: ");
    }

    @Test
    void a_name_cannot_forge_a_line() throws IOException {
        Files.writeString(policies, Files.readString(policies).replace("team-a", "\"x\\n::error::forged\\u001b[31m\""));

        assertThat(lint("--now", NOW).out()).contains("owner \"x\\n::error::forged\\u001b[31m\"");
        assertThat(lint("--now", NOW, "--output", "github").out().lines())
                .noneMatch(line -> line.startsWith("::error"));
    }

    // ---- what is known

    @Test
    void workloads_of_manifests_tell_what_a_grant_is_used_for() throws IOException {
        Path pods = Files.writeString(
                directory.resolve("pods.json"),
                "{\"apiVersion\": \"v1\", \"kind\": \"PodList\", \"items\": [" + POD + "]}");

        CommandRun run = lint("--now", NOW, pods.toString());

        assertThat(run.out())
                .contains(
                        policies + ":14  grant perf: no workload needs privileged [grant-broader-than-used]",
                        "fix: all that is used is permits: [\"unconfined\"]")
                .doesNotContain("what grants are used for");
    }

    @Test
    void a_snapshot_tells_all_at_the_instant_at_which_it_was_taken() throws IOException {
        CommandRun run = lint("--snapshot", snapshot(POD).toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("in 9 days", "[grant-broader-than-used]")
                .doesNotContain("not examined", "glob-matches-nothing");
    }

    @Test
    void what_a_snapshot_lacks_makes_the_report_partial() throws IOException {
        Path snapshot = snapshot("{\"metadata\": {\"namespace\": \"shop\"}, \"spec\": {\"containers\": \"none\"}}");

        CommandRun run = lint("--snapshot", snapshot.toString(), "--output", "json");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("Pod shop/").contains("cannot be read: spec.containers");
        assertThat(JSON.readTree(run.out()).path("problems")).hasSize(1);
    }

    private Path snapshot(String pod) throws IOException {
        return new SnapshotFixture()
                .node("n1", "web (enforce)")
                .namespace("shop")
                .add(WorkloadKind.POD, pod)
                .write(directory.resolve("snapshot"));
    }

    @Test
    void a_live_cluster_is_asked_only_where_that_is_wanted() throws IOException {
        try (FakeCluster cluster = new FakeCluster()) {
            cluster.list("/api/v1/nodes", "Node", "{\"metadata\": {\"name\": \"n1\"}}")
                    .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"bank\"}}")
                    .list("/api/v1/pods", "Pod", POD);
            System.setProperty("kubeconfig", cluster.kubeconfig(directory).toString());

            lint("--now", NOW);
            assertThat(cluster.asked()).isEmpty();
            CommandRun run = lint("--now", NOW, "--cluster");

            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .contains("policy mine: the one namespace that there is does not match [policy-matches-nothing]")
                    .contains("grant perf: \"shop\": no namespace is named so [glob-matches-nothing]");
        } finally {
            System.clearProperty("kubeconfig");
        }
    }

    // ---- what cannot be read

    @Test
    void policies_that_are_refused_are_told_with_their_places() throws IOException {
        Files.writeString(policies, Files.readString(policies).replace("Grant}", "Grants}"));

        CommandRun run = lint();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith(policies + ":6:").contains("\"Grants\" is not one of");
    }

    @Test
    void a_manifest_that_cannot_be_read_takes_no_other_with_it() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "kind: [");
        Path pod = Files.writeString(
                directory.resolve("pod.json"), POD.replaceFirst("\\{", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", "));

        CommandRun run = lint("--now", NOW, broken.toString(), pod.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("broken.yaml:1:");
        assertThat(run.out()).contains("[grant-broader-than-used]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--within x",
                "--within -1",
                "--within 36501",
                "--within 99999999999",
                "--output junit",
                "--fail-on deny",
                "--cluster pods.yaml",
                "--cluster --inventory i.yaml",
                "--snapshot s --cluster",
                "--snapshot s --context c"
            })
    void bad_usage_is_one_line_and_the_way_to_help(String arguments) {
        CommandRun run = lint(arguments.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("policy lint: ").hasLineCount(2).contains("policy lint --help");
    }

    // ---- what we ship

    @Test
    void the_policies_that_we_ship_have_neither_errors_nor_warnings() {
        CommandRun run = LintRun.of("--policy", "policies", "--now", NOW, "--fail-on", "warning");

        assertThat(run.code()).as(run.out()).isZero();
        assertThat(run.out()).contains("4 policies and 1 grant: ").contains("1 accepted");
    }
}
