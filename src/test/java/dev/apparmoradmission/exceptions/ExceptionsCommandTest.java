package dev.apparmoradmission.exceptions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code exceptions}, run inside the test against lists that an API server would give. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ExceptionsCommandTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final String KUBECONFIG = "kubeconfig";
    private static final String KEY = "apparmor-admission.dev/";

    @TempDir
    Path dir;

    private FakeCluster cluster;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(dir.resolve("policies"));
        write("policies/annotations.yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: open}
                spec:
                  match: {namespaces: [shop]}
                  exceptions: {source: Annotation, require: [reason], maxDays: 365, controls: [RunAsNonRoot]}
                """);
        write("policies/grants.yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: reviewed}
                spec:
                  match: {namespaces: [infra, storage]}
                  rules: {privileged: Enforce}
                  exceptions: {source: Grant, require: [reason, owner, expires]}
                """);
        grant("exporter", "infra", "Required", "2026-12-04", "team-observability");
        grant("formatter", "storage", "NotRequired", "2026-10-01", "team-storage");
        grant("old-tool", "infra", "Required", "2027-03-01", "team-tools");
        cluster = new FakeCluster()
                .list("/api/v1/nodes", "Node", "{\"metadata\": {\"name\": \"n1\"}}")
                .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"shop\"}}");
        System.setProperty(KUBECONFIG, cluster.kubeconfig(dir).toString());
    }

    @AfterEach
    void end() {
        System.clearProperty(KUBECONFIG);
        cluster.close();
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(dir.resolve(file), content);
    }

    private void grant(String name, String namespace, String claim, String expires, String owner) throws IOException {
        write("policies/grant-" + name + ".yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: %s}
                spec:
                  namespaces: [%s]
                  containers: ["*"]
                  permits: [unconfined]
                  claim: %s
                  reason: reads what the host shows of itself
                  owner: %s
                  ticket: SEC-1
                  expires: "%s"
                """.formatted(name, namespace, claim, owner, expires));
    }

    /** A pod that runs as user 1000 and is unconfined, or confined. */
    private static String pod(
            String namespace, String name, String created, String more, boolean unconfined, String... annotations) {
        return """
                {"metadata": {"namespace": "%s", "name": "%s", "creationTimestamp": "%s", %s %s},
                 "spec": {"nodeName": "n1", "serviceAccountName": "robot", "securityContext": {"runAsNonRoot": true},
                  "containers": [{"name": "app", "securityContext": {"appArmorProfile": {"type": "%s"}}}]}}
                """.formatted(
                namespace, name, created, more, annotations(annotations), unconfined ? "Unconfined" : "RuntimeDefault");
    }

    private static String keptBy(String kind, String name) {
        return "\"ownerReferences\": [{\"kind\": \"" + kind + "\", \"name\": \"" + name + "\", \"controller\": true}],";
    }

    private static String rolled(String name, String hash) {
        return "\"labels\": {\"pod-template-hash\": \"" + hash + "\"}," + keptBy("ReplicaSet", name + "-" + hash);
    }

    private static String template(String namespace, String name, String... annotations) {
        return """
                {"metadata": {"namespace": "%s", "name": "%s"}, "spec": {"template": {"metadata": {%s},
                 "spec": {"serviceAccountName": "robot", "securityContext": {"runAsNonRoot": true},
                  "containers": [{"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}}}
                """.formatted(namespace, name, annotations(annotations));
    }

    private static String annotations(String... keysAndValues) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            pairs.add("\"" + KEY + keysAndValues[i] + "\": \"" + keysAndValues[i + 1] + "\"");
        }
        return "\"annotations\": {" + String.join(", ", pairs) + "}";
    }

    private static final String[] DOCUMENTED = {
        "unconfined", "app", "reason", "profiles the shop until March", "owner", "team-shop", "expires", "2027-03-01"
    };

    private static String[] until(String expires) {
        return new String[] {
            "unconfined", "app", "reason", "profiles the shop until March", "owner", "team-shop", "expires", expires
        };
    }

    private ExceptionsRun run(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("--policy", dir.resolve("policies").toString()));
        arguments.addAll(List.of(options));
        return ExceptionsRun.of(NOW, "", arguments);
    }

    private void fill() {
        cluster.list(
                        "/api/v1/pods",
                        "Pod",
                        pod("shop", "web-5d4f-1", "2026-09-01T00:00:00Z", rolled("web", "5d4f"), true, DOCUMENTED),
                        pod("shop", "web-5d4f-2", "2026-09-02T00:00:00Z", rolled("web", "5d4f"), true, DOCUMENTED),
                        pod("shop", "idle", "2026-08-01T00:00:00Z", "", false, DOCUMENTED),
                        pod("shop", "late", "2026-08-01T00:00:00Z", "", true, until("2026-11-21")),
                        pod(
                                "infra",
                                "exporter-a",
                                "2026-07-01T00:00:00Z",
                                keptBy("DaemonSet", "exporter"),
                                true,
                                "exception",
                                "exporter"),
                        pod("infra", "lost", "2026-07-01T00:00:00Z", "", true, "exception", "gone"),
                        pod("storage", "wipe", "2026-07-01T00:00:00Z", "", true))
                .list("/apis/apps/v1/deployments", "Deployment", template("shop", "web", DOCUMENTED))
                .reply(
                        "/apis/apps/v1/daemonsets",
                        next -> new Reply(
                                200,
                                "{\"kind\": \"DaemonSetList\", \"apiVersion\": \"apps/v1\", \"items\": ["
                                        + template("infra", "exporter", "exception", "exporter") + "]}"));
    }

    @Test
    void every_grant_and_every_exception_of_a_workload_is_told() {
        fill();

        ExceptionsRun run = run();

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                GRANT      STATE           UNTIL       OWNER               USED BY            SINCE
                exporter   expiring, 12 d  2026-12-04  team-observability  1 workload, 1 pod  2026-07-01
                formatter  expired         2026-10-01  team-storage        unused             -
                    it expired on 2026-10-01
                old-tool   valid           2027-03-01  team-tools          unused             -

                WORKLOAD                  EXCEPTION        STATE           UNTIL       OWNER           PODS  SINCE
                DaemonSet infra/exporter  grant exporter   expiring, 12 d  2026-12-04  team-observ...  1     2026-07-01
                Pod infra/lost            grant gone       refused         -           -               1     2026-07-01
                    unconfined of container "app": refused: there is no grant "gone" (policy reviewed)
                Pod shop/idle             annotation       valid           2027-03-01  team-shop       1     2026-08-01
                    nothing needs it: take it out (policy open)
                Pod shop/late             annotation       expired         2026-11-21  team-shop       1     2026-08-01
                    unconfined of container "app": refused: it expired on 2026-11-21 (policy open)
                Deployment shop/web       annotation       valid           2027-03-01  team-shop       2     2026-09-01
                Pod storage/wipe          grant formatter  expired         2026-10-01  team-storage    1     2026-07-01
                    unconfined of container "app": refused: it expired on 2026-10-01 (policy reviewed)

                3 grants: 1 valid, 1 expiring, 1 expired; 2 unused. 6 exceptions of workloads: 2 valid, 1 expiring, 2 expired, 1 refused; 1 needed for nothing.
                """);
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void a_wide_report_tells_everything_of_each_and_cuts_nothing() {
        fill();

        assertThat(run("--wide").out()).contains("""
                        exporter   expiring, 12 d  2026-12-04  team-observability  1 workload, 1 pod, 1 container  2026-07-01
                            permits     unconfined
                            namespaces  infra
                            containers  *
                            used in     infra
                            reason      "reads what the host shows of itself"
                            ticket      "SEC-1"
                            expires     2026-12-04
                        """).contains("""
                            unconfined of container "app": accepted (policy open)
                              RunAsNonRoot is met
                            accounts    robot
                            reason      "profiles the shop until March"
                            expires     2027-03-01
                        """).contains("grant exporter", "team-observability");
    }

    @Test
    void the_table_fits_120_columns_whatever_the_names() {
        String longest = "n".repeat(253);
        cluster.list(
                "/api/v1/pods",
                "Pod",
                pod(
                        "shop",
                        longest,
                        "2026-09-01T00:00:00Z",
                        "",
                        true,
                        "unconfined",
                        "app",
                        "reason",
                        "a good reason",
                        "owner",
                        "o".repeat(200),
                        "expires",
                        "2026-12-01T00:00:00+02:00"));

        assertThat(run().out().lines().filter(line -> line.matches("(GRANT|WORKLOAD|Pod|exporter) .*")))
                .hasSize(4)
                .allMatch(line -> line.length() <= 120);
    }

    @ParameterizedTest
    @CsvSource({
        "valid, 2, old-tool, 0",
        "expired, 2, formatter, 1",
        "unused, 1, formatter old-tool, 1",
        "'expiring,refused', 2, exporter, 1",
        "expiring, 1, exporter, 0",
    })
    void only_what_is_asked_for_is_told_and_counts(String state, int uses, String grants, int code) throws IOException {
        fill();
        ExceptionsRun run = run("--state", state, "--output", "json");
        JsonNode json = run.json();

        assertThat(json.path("grants").findValuesAsText("name")).containsExactly(grants.split(" "));
        assertThat(json.path("exceptions")).hasSize(uses);
        assertThat(run.code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"expiring, 1", "never, 0", "'expired,unused', 1", "valid, 1"})
    void what_makes_it_fail_can_be_chosen(String failOn, int code) {
        fill();

        assertThat(run("--fail-on", failOn).code()).isEqualTo(code);
    }

    @Test
    void without_complaint_it_is_0_and_an_end_in_a_month_is_none() throws IOException {
        Files.delete(dir.resolve("policies/grant-formatter.yaml"));
        cluster.list("/api/v1/pods", "Pod", pod("shop", "web", "2026-09-01T00:00:00Z", "", true, DOCUMENTED));

        assertThat(run().code()).isZero();
        assertThat(run("--fail-on", "expiring").code())
                .as("a grant ends in 12 days")
                .isEqualTo(1);
        assertThat(run("--fail-on", "expiring", "--expiring", "11").code()).isZero();
    }

    @Test
    void programs_get_each_field() throws IOException {
        fill();

        JsonNode json = run("--output", "json").json();

        assertThat(json.path("now").asText()).isEqualTo(NOW.toString());
        assertThat(json.path("expiringDays").asInt()).isEqualTo(30);
        assertThat(json.path("partial").asBoolean(true)).isFalse();
        assertThat(json.path("summary").toString())
                .isEqualTo("{\"grants\":{\"valid\":1,\"expiring\":1,\"expired\":1,\"refused\":0},"
                        + "\"exceptions\":{\"valid\":2,\"expiring\":1,\"expired\":2,\"refused\":1},"
                        + "\"unusedGrants\":2,\"unneededExceptions\":1}");
        JsonNode exporter = json.path("grants").path(0);
        assertThat(exporter.path("endsAt").asText()).isEqualTo("2026-12-05T00:00:00Z");
        assertThat(exporter.path("daysLeft").asInt()).isEqualTo(12);
        assertThat(exporter.path("use").toString())
                .isEqualTo("{\"workloads\":1,\"pods\":1,\"containers\":1,\"namespaces\":[\"infra\"],"
                        + "\"since\":\"2026-07-01T00:00:00Z\"}");
        Map<String, JsonNode> uses = json.path("exceptions")
                .valueStream()
                .collect(Collectors.toMap(use -> use.path("name").asText(), use -> use));
        JsonNode web = uses.get("web");
        assertThat(web.path("kind").asText()).isEqualTo("Deployment");
        assertThat(web.path("pods").asInt()).isEqualTo(2);
        assertThat(web.path("template").asBoolean()).isTrue();
        assertThat(web.path("since").asText()).isEqualTo("2026-09-01T00:00:00Z");
        assertThat(web.path("serviceAccounts").path(0).asText()).isEqualTo("robot");
        assertThat(web.path("purposes").toString())
                .isEqualTo("[{\"policy\":\"open\",\"rule\":\"unconfined\",\"container\":\"app\",\"accepted\":true,"
                        + "\"faults\":[],\"controls\":[{\"control\":\"RunAsNonRoot\",\"met\":true}]}]");
        assertThat(uses.get("idle").path("needed").asBoolean(true)).isFalse();
        assertThat(uses.get("wipe").path("owner").asText()).isEqualTo("team-storage");
        assertThat(uses.get("lost").path("grant").asText()).isEqualTo("gone");
    }

    @Test
    void a_cron_job_and_pods_that_another_kind_keeps_are_told_by_what_is_known_for_certain() throws IOException {
        cluster.list(
                        "/api/v1/pods",
                        "Pod",
                        pod("shop", "a", "2026-09-01T00:00:00Z", keptBy("Job", "tidy-29400000"), true, DOCUMENTED),
                        pod("shop", "b", "2026-09-01T00:00:00Z", keptBy("Job", "tidy-by-hand"), true, DOCUMENTED),
                        pod("shop", "c", "2026-09-01T00:00:00Z", rolled("gone", "5d4f"), true, DOCUMENTED),
                        pod("shop", "d", "2026-09-01T00:00:00Z", keptBy("ReplicaSet", "web-77"), true, DOCUMENTED),
                        pod("shop", "e", "2026-09-01T00:00:00Z", rolled("alone", "99"), true, DOCUMENTED))
                .list("/apis/apps/v1/deployments", "Deployment", template("shop", "web"), template("shop", "alone"))
                .list("/apis/apps/v1/replicasets", "ReplicaSet", template("shop", "alone-99"))
                .list("/apis/batch/v1/cronjobs", "CronJob", """
                        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"namespace": "shop", "name": "tidy"},
                         "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "app"}]}}}}}}
                        """);

        assertThat(run("--output", "json").json().path("exceptions").valueStream())
                .extracting(use ->
                        use.path("kind").asText() + " " + use.path("name").asText())
                .containsExactly(
                        "ReplicaSet alone-99",
                        "ReplicaSet gone-5d4f",
                        "CronJob tidy",
                        "Job tidy-by-hand",
                        "ReplicaSet web-77");
    }

    @Test
    void in_the_middle_of_a_roll_out_both_texts_are_told() throws IOException {
        cluster.list(
                        "/api/v1/pods",
                        "Pod",
                        pod("shop", "w-1", "2026-09-01T00:00:00Z", rolled("web", "1"), true, until("2026-11-01")),
                        pod("shop", "w-2", "2026-11-22T00:00:00Z", rolled("web", "2"), true, DOCUMENTED))
                .list("/apis/apps/v1/deployments", "Deployment", template("shop", "web", DOCUMENTED));

        assertThat(run("--output", "json").json().path("exceptions").valueStream())
                .extracting(use -> use.path("name").asText() + " "
                        + use.path("state").asText() + " " + use.path("expires").asText())
                .containsExactly("web expired 2026-11-01", "web valid 2027-03-01");
    }

    @Test
    void what_cannot_be_read_makes_it_partial() throws IOException {
        fill();
        cluster.reply("/apis/apps/v1/deployments", next -> Reply.refused(403));

        ExceptionsRun run = run();
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("cluster: deployments: you may not list them");
        assertThat(run.out())
                .contains("- not all: cluster: deployments: ")
                .as("what was not seen may stand alone")
                .contains("ReplicaSet shop/web-5d4f");
        assertThat(run("--output", "json").json().path("partial").asBoolean()).isTrue();
    }

    @Test
    void of_one_namespace_only_its_grants_are_told_and_that_they_may_be_used_elsewhere() {
        cluster.list(
                "/api/v1/namespaces/infra/pods",
                "Pod",
                pod("infra", "exporter-a", "2026-07-01T00:00:00Z", "", true, "exception", "exporter"));

        assertThat(run("--namespace", "infra").out())
                .contains("exporter  expiring", "old-tool  valid")
                .doesNotContain("formatter")
                .contains("- only namespace infra was looked at: a grant that is unused there may be used elsewhere\n");
    }

    @Test
    void manifests_are_listed_with_their_place_by_the_policies_of_the_repository() throws IOException {
        write("web.yaml", """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  template:
                    metadata:
                      annotations: {apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: short}
                    spec:
                      containers:
                      - {name: app, securityContext: {appArmorProfile: {type: Unconfined}}}
                """);

        ExceptionsRun run = run("--state", "refused", dir.resolve("web.yaml").toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                WORKLOAD             EXCEPTION   STATE    UNTIL  OWNER  PODS  SINCE
                Deployment shop/web  annotation  refused  -      -      -     -
                    %s:1
                    unconfined of container "app": refused: its reason "short" is shorter than 10 characters, the container lacks control RunAsNonRoot (policy open)

                0 grants. 1 exception of a workload: 1 refused.
                """.formatted(dir.resolve("web.yaml")));
        assertThat(run.code()).isEqualTo(1);
        assertThat(ExceptionsRun.of(
                        NOW, "{kind: Pod, spec: {containers: 7}}", List.of("--policy", dir + "/policies", "-")))
                .satisfies(broken -> {
                    assertThat(broken.code()).isEqualTo(2);
                    assertThat(broken.err()).startsWith("-:1: spec.containers ");
                });
    }

    @Test
    void names_of_others_cannot_forge_lines() {
        cluster.list(
                "/api/v1/pods",
                "Pod",
                pod(
                        "shop",
                        "a\\nvalid",
                        "2026-09-01T00:00:00Z",
                        "",
                        true,
                        "unconfined",
                        "app",
                        "reason",
                        "x\\nforged y z",
                        "owner",
                        "o\\nforged",
                        "ticket",
                        "t\\nforged",
                        "expires",
                        "2026-12-01"));

        assertThat(run("--wide").out().lines())
                .noneMatch(line -> line.startsWith("valid") || line.startsWith("forged"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--expiring soon | --expiring must be a number of days from 0 to 3650, not soon",
                "--expiring -1 | --expiring must be a number of days from 0 to 3650, not -1",
                "--state old | --state takes valid, expiring, expired, refused, unused, separated by commas, not old",
                "--fail-on deny | --fail-on takes valid, expiring, expired, refused, unused, separated by commas, not deny",
                "--nodes n.yaml | --nodes is for files, and none is given",
                "--context c x.yaml | --context is for a cluster, which is not asked where files are given",
                "--output csv | --output must be one of text, json, not csv"
            })
    void bad_usage_is_2_with_one_line(String options, String line) {
        ExceptionsRun run = run(options.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("exceptions: " + line + "\nexceptions --help tells the options.\n");
    }

    @Test
    void the_usage_says_what_it_can_know() {
        ExceptionsRun run = run("--help");

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("The API server does not keep who wrote an annotation", "Exit codes:");
    }
}
