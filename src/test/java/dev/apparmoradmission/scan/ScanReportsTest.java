package dev.apparmoradmission.scan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import dev.apparmoradmission.openreports.FakeReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code scan --report}: what becomes of the reports of a cluster, and of all that can go wrong with them. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ScanReportsTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final String KUBECONFIG = "kubeconfig";
    private static final String ROOT = "/apis/openreports.io/v1alpha1";
    private static final String SHOP = "/namespaces/shop/reports/apparmor-admission";
    private static final String BANK = "/namespaces/bank/reports/apparmor-admission";
    private static final String CLUSTER = "/clusterreports/apparmor-admission";
    private static final String PODS = "/api/v1/pods";
    private static final String DEPLOYMENTS = "/apis/apps/v1/deployments";

    private static final String UNCONFINED = "{\"type\": \"Unconfined\"}";
    private static final String DEFAULT = "{\"type\": \"RuntimeDefault\"}";
    private static final String WEB = "{\"type\": \"Localhost\", \"localhostProfile\": \"k8s-web\"}";

    @TempDir
    Path dir;

    private final FakeReports reports = new FakeReports(ROOT);
    private FakeCluster cluster;
    private Instant now = NOW;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(dir.resolve("policies"));
        Files.writeString(dir.resolve("policies/strict.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  defaultProfile: {type: RuntimeDefault}
                  exceptions: {source: Annotation, require: [reason]}
                """);
        cluster = new FakeCluster()
                .list("/api/v1/nodes", "Node", node("n1"), node("n2"))
                .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"shop\"}}")
                .list("/api/v1/namespaces/apparmor-admission/configmaps", "ConfigMap", """
                        {"metadata": {"name": "i", "labels": {"apparmor-admission.dev/inventory": "true"}}, "data": {
                          "n1": "cri-containerd.apparmor.d (enforce)\\nk8s-web (enforce)",
                          "n2": "cri-containerd.apparmor.d (enforce)\\nk8s-web (complain)"}}
                        """)
                .list(
                        PODS,
                        "Pod",
                        pod("shop", "web-5d-a", "web-5d", "n2", WEB),
                        pod("shop", "web-5d-b", "web-5d", "n2", WEB),
                        pod("shop", "web-5d-c", "web-5d", "n1", WEB),
                        pod("bank", "safe", "", "n1", DEFAULT),
                        pod("bank", "free", "", "n1", UNCONFINED))
                .list(DEPLOYMENTS, "Deployment", template("shop", "loose"))
                .handle(ROOT, reports);
        System.setProperty(KUBECONFIG, cluster.kubeconfig(dir).toString());
    }

    @AfterEach
    void end() {
        System.clearProperty(KUBECONFIG);
        cluster.close();
    }

    private static String node(String name) {
        return """
                {"metadata": {"name": "%s"}, "status": {"nodeInfo": {"containerRuntimeVersion": "containerd://2.1.0"}}}
                """.formatted(name);
    }

    private static String pod(String namespace, String name, String replicaSet, String node, String profile) {
        String owner = replicaSet.isEmpty()
                ? ""
                : ", \"labels\": {\"pod-template-hash\": \"5d\"}, \"ownerReferences\": [{\"kind\": \"ReplicaSet\", \"name\": \""
                        + replicaSet + "\", \"controller\": true}]";
        return """
                {"metadata": {"namespace": "%s", "name": "%s", "uid": "u-%s"%s},
                 "spec": {"nodeName": "%s", "containers": [{"name": "app", "securityContext": {"appArmorProfile": %s}}]}}
                """.formatted(namespace, name, name, owner, node, profile);
    }

    private static String template(String namespace, String name) {
        return """
                {"metadata": {"namespace": "%s", "name": "%s", "uid": "u-%s"}, "spec": {"template": {"spec": {"containers": [
                  {"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}}}
                """.formatted(namespace, name, name);
    }

    private CommandRun scan(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--policy", dir.resolve("policies").toString(), "--report", "openreports", "--fail-on", "never"));
        arguments.addAll(List.of(more));
        return CommandRun.of(ScanCommand::run, "", now, arguments);
    }

    private static List<JsonNode> results(JsonNode report) {
        return StreamSupport.stream(report.path("results").spliterator(), false).toList();
    }

    private static JsonNode result(JsonNode report, String rule) {
        return results(report).stream()
                .filter(result -> result.path("rule").asText().equals(rule))
                .findFirst()
                .orElseThrow(() -> new AssertionError(rule + " is not among " + report));
    }

    // ---- what stands in them

    @Test
    void there_is_one_report_a_namespace_with_all_that_is_not_in_order_and_one_on_the_cluster() {
        CommandRun run = scan();

        assertThat(run.err()).isEqualTo("Reports: 3 written, 0 unchanged, 0 removed.\n");
        assertThat(run.code()).isZero();
        assertThat(reports.there()).containsExactly(CLUSTER, BANK, SHOP);
        JsonNode shop = reports.get(SHOP);
        assertThat(shop.at("/metadata/labels/apparmor-admission.dev~1report").asText())
                .isEqualTo("true");
        assertThat(shop.at("/scope/name").asText()).isEqualTo("shop");
        assertThat(shop.path("source").asText()).isEqualTo("apparmor-admission");
        assertThat(results(shop))
                .extracting(result -> result.path("rule").asText())
                .containsExactlyInAnyOrder("localhost-mode", "unconfined", "profile-weakened");
        assertThat(shop.path("summary").toString())
                .isEqualTo("{\"pass\":0,\"fail\":2,\"error\":0,\"warn\":1,\"skip\":0}");
        assertThat(reports.get(BANK).path("summary").toString())
                .isEqualTo("{\"pass\":1,\"fail\":1,\"error\":0,\"warn\":1,\"skip\":0}");
    }

    @Test
    void pods_of_one_deployment_are_one_result_that_counts_them_and_names_one() {
        scan();

        JsonNode result = result(reports.get(SHOP), "localhost-mode");
        assertThat(result.at("/resources/0").toString())
                .isEqualTo(
                        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"namespace\":\"shop\",\"name\":\"web\"}");
        assertThat(result.at("/properties/pods").asText()).isEqualTo("2");
        assertThat(result.at("/properties/pod").asText()).isEqualTo("web-5d-a");
        assertThat(result.at("/properties/judged").asText()).isEqualTo("Pod");
        assertThat(result.path("policy").asText()).isEqualTo("strict");
        assertThat(result.path("result").asText()).isEqualTo("fail");
        assertThat(result.path("severity").asText()).isEqualTo("high");
        assertThat(result.path("scored").asBoolean()).isTrue();
        assertThat(result.at("/timestamp/seconds").asLong()).isEqualTo(NOW.getEpochSecond());
        assertThat(result.at("/properties/confinement").asText()).isEqualTo("Complain");
        assertThat(result.path("message").asText())
                .startsWith(
                        "container \"app\" (spec.containers[0]): Localhost profile \"k8s-web\" is in complain mode");
    }

    @Test
    void a_pod_that_nothing_keeps_and_a_template_stand_for_themselves() {
        scan();

        assertThat(result(reports.get(BANK), "unconfined").at("/resources/0").toString())
                .isEqualTo(
                        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"namespace\":\"bank\",\"name\":\"free\",\"uid\":\"u-free\"}");
        JsonNode template = result(reports.get(SHOP), "unconfined");
        assertThat(template.at("/resources/0/kind").asText()).isEqualTo("Deployment");
        assertThat(template.at("/resources/0/uid").asText()).isEqualTo("u-loose");
        assertThat(template.at("/properties").has("pods")).isFalse();
    }

    @Test
    void drift_is_a_result_of_its_own_category() {
        scan();

        JsonNode drift = result(reports.get(SHOP), "profile-weakened");
        assertThat(drift.path("category").asText()).isEqualTo("AppArmor drift");
        assertThat(drift.path("result").asText()).isEqualTo("warn");
        assertThat(drift.at("/properties/drift").asText()).isEqualTo("profile-weakened");
        assertThat(result(reports.get(BANK), "not-as-admitted")
                        .at("/properties/drift")
                        .asText())
                .isEqualTo("not-as-admitted");
    }

    @Test
    void what_is_only_recorded_warns_and_what_is_excepted_is_skipped() throws IOException {
        Files.writeString(
                dir.resolve("policies/strict.yaml"),
                Files.readString(dir.resolve("policies/strict.yaml")) + "  rules: {unconfined: Audit}\n");
        cluster.list(DEPLOYMENTS, "Deployment", """
                {"metadata": {"namespace": "shop", "name": "known"}, "spec": {"template": {
                  "metadata": {"annotations": {"apparmor-admission.dev/unconfined": "app", "apparmor-admission.dev/reason": "an old program"}},
                  "spec": {"containers": [{"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}}}
                """);

        scan();

        JsonNode recorded = result(reports.get(BANK), "unconfined");
        assertThat(recorded.path("result").asText()).isEqualTo("warn");
        assertThat(recorded.path("severity").asText()).isEqualTo("low");
        assertThat(recorded.at("/properties/action").asText()).isEqualTo("Audit");
        JsonNode skipped = result(reports.get(SHOP), "unconfined");
        assertThat(skipped.path("result").asText()).isEqualTo("skip");
        assertThat(skipped.at("/properties/exception").asText()).isEqualTo("Annotation");
        assertThat(skipped.at("/properties/reason").asText()).isEqualTo("an old program");
    }

    @Test
    void the_report_on_the_cluster_has_its_namespaces_its_nodes_and_the_policies_hash() {
        cluster.list("/api/v1/nodes", "Node", node("n1"), node("n2"), node("n3"));

        scan();

        JsonNode report = reports.get(CLUSTER);
        assertThat(report.at("/metadata/annotations/apparmor-admission.dev~1policy-hash")
                        .asText())
                .isNotEmpty();
        assertThat(results(report))
                .extracting(result -> result.at("/resources/0/name").asText())
                .containsExactlyInAnyOrder("shop", "bank", "n3");
        assertThat(result(report, "node-unreported").path("message").asText()).contains("no inventory");
        assertThat(result(report, "namespace").path("message").asText()).contains("fail");
        assertThat(report.path("summary").path("pass").asInt()).isEqualTo(2);
    }

    @Test
    void reports_of_the_policy_working_group_are_written_by_a_word() {
        FakeReports others = new FakeReports("/apis/wgpolicyk8s.io/v1alpha2");
        cluster.handle("/apis/wgpolicyk8s.io/v1alpha2", others);

        CommandRun run = scan("--report", "policyreport");

        assertThat(run.code()).as(run.err()).isEqualTo(2);
        run = scanAs("policyreport");
        assertThat(run.err()).isEqualTo("Reports: 3 written, 0 unchanged, 0 removed.\n");
        JsonNode shop = others.get("/namespaces/shop/policyreports/apparmor-admission");
        assertThat(shop.path("kind").asText()).isEqualTo("PolicyReport");
        assertThat(shop.path("apiVersion").asText()).isEqualTo("wgpolicyk8s.io/v1alpha2");
        assertThat(shop.has("source")).isFalse();
        assertThat(shop.at("/results/0/source").asText()).isEqualTo("apparmor-admission");
        assertThat(reports.there()).isEmpty();
    }

    private CommandRun scanAs(String format) {
        return CommandRun.of(
                ScanCommand::run,
                "",
                now,
                List.of("--policy", dir.resolve("policies").toString(), "--report", format, "--fail-on", "never"));
    }

    // ---- from pass to pass

    @Test
    void a_second_scan_without_change_writes_nothing() {
        scan();
        reports.forget();
        now = NOW.plus(Duration.ofHours(23));

        CommandRun run = scan();

        assertThat(run.err()).isEqualTo("Reports: 0 written, 3 unchanged, 0 removed.\n");
        assertThat(reports.writes()).isEmpty();
    }

    @Test
    void once_a_day_it_is_written_when_things_were_seen_last() {
        scan();
        now = NOW.plus(Duration.ofHours(24));

        assertThat(scan().err()).isEqualTo("Reports: 3 written, 0 unchanged, 0 removed.\n");

        JsonNode result = result(reports.get(SHOP), "localhost-mode");
        assertThat(result.at("/properties/firstSeen").asText()).isEqualTo("2026-11-22T19:00:00Z");
        assertThat(result.at("/properties/lastSeen").asText()).isEqualTo("2026-11-23T19:00:00Z");
    }

    @Test
    void a_change_writes_the_one_report_and_keeps_ids_and_first_sight() {
        scan();
        String id =
                result(reports.get(SHOP), "localhost-mode").at("/properties/id").asText();
        reports.forget();
        now = NOW.plus(Duration.ofHours(1));
        // The pods of a roll-out are of another ReplicaSet, and have other names.
        cluster.list(
                PODS,
                "Pod",
                pod("shop", "web-5d-z", "web-5d", "n2", WEB),
                pod("bank", "safe", "", "n1", DEFAULT),
                pod("bank", "free", "", "n1", UNCONFINED));

        assertThat(scan().err()).isEqualTo("Reports: 1 written, 2 unchanged, 0 removed.\n");

        assertThat(reports.writes()).containsExactly("PUT " + SHOP);
        JsonNode result = result(reports.get(SHOP), "localhost-mode");
        assertThat(result.at("/properties/id").asText()).isEqualTo(id);
        assertThat(result.at("/properties/pods").asText()).isEqualTo("1");
        assertThat(result.at("/properties/firstSeen").asText()).isEqualTo("2026-11-22T19:00:00Z");
        assertThat(result.at("/properties/lastSeen").asText()).isEqualTo("2026-11-22T20:00:00Z");
    }

    @Test
    void what_is_in_order_again_goes_and_with_the_last_of_it_the_report() {
        scan();
        cluster.list(PODS, "Pod", pod("bank", "safe", "", "n1", DEFAULT), pod("shop", "web-5d-c", "web-5d", "n1", WEB));

        assertThat(scan().err()).isEqualTo("Reports: 2 written, 0 unchanged, 1 removed.\n");

        assertThat(reports.there()).containsExactly(CLUSTER, SHOP);
        assertThat(results(reports.get(SHOP)))
                .extracting(result -> result.path("rule").asText())
                .containsExactly("unconfined");
    }

    @Test
    void of_named_namespaces_only_their_reports_are_touched() {
        scan();
        reports.forget();
        cluster.list("/api/v1/namespaces/bank/pods", "Pod", pod("bank", "safe", "", "n1", DEFAULT))
                .list(PODS, "Pod");

        CommandRun run = scan("--namespace", "bank");

        assertThat(run.err()).isEqualTo("Reports: 0 written, 0 unchanged, 1 removed.\n");
        assertThat(reports.writes()).containsExactly("DELETE " + BANK);
        assertThat(reports.there()).containsExactly(CLUSTER, SHOP);
    }

    @Test
    void what_others_put_into_the_metadata_of_a_report_stays() {
        scan();
        reports.put(
                SHOP,
                reports.get(SHOP)
                        .toString()
                        .replace("\"labels\":{", "\"finalizers\":[\"x/y\"],\"labels\":{\"team\":\"blue\","));
        cluster.list(PODS, "Pod");

        scan();

        assertThat(reports.get(SHOP).at("/metadata/labels/team").asText()).isEqualTo("blue");
        assertThat(reports.get(SHOP).at("/metadata/finalizers/0").asText()).isEqualTo("x/y");
    }

    // ---- nothing is deleted by mistake

    @ParameterizedTest
    @ValueSource(ints = {403, 410, 500, 0})
    void a_kind_that_cannot_be_listed_keeps_its_results_and_is_marked(int code) {
        scan();
        JsonNode before = reports.get(SHOP).deepCopy();
        int pods = results(before).size();
        cluster.reply(
                PODS,
                next -> next.isEmpty() && code != 403
                        ? Reply.page("Pod", "two", pod("shop", "web-5d-a", "web-5d", "n2", WEB))
                        : code == 0 ? Reply.NONE : Reply.refused(code));

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("cluster: pods: ", "0 removed; they are marked partial.");
        JsonNode shop = reports.get(SHOP);
        assertThat(results(shop))
                .hasSize(pods)
                .allSatisfy(result -> assertThat(result).isIn(results(before)));
        assertThat(shop.path("summary")).isEqualTo(before.path("summary"));
        assertThat(shop.at("/metadata/annotations/apparmor-admission.dev~1partial")
                        .asText())
                .isEqualTo("Pod");
        assertThat(results(reports.get(BANK))).hasSize(2);
        JsonNode whole = reports.get(CLUSTER);
        assertThat(whole.at("/metadata/annotations/apparmor-admission.dev~1partial")
                        .asText())
                .isEqualTo("true");
        assertThat(result(whole, "unread").path("result").asText()).isEqualTo("error");
        assertThat(results(whole))
                .extracting(result -> result.at("/resources/0/name").asText())
                .contains("bank", "shop");

        cluster.list(PODS, "Pod");
        scan();

        assertThat(reports.there()).containsExactly(CLUSTER, SHOP);
        assertThat(reports.get(CLUSTER).toString()).doesNotContain("partial", "unread");
    }

    @Test
    void a_kind_that_was_read_is_renewed_though_another_could_not_be() {
        scan();
        cluster.reply(PODS, next -> Reply.refused(403)).list(DEPLOYMENTS, "Deployment", template("shop", "other"));

        scan();

        assertThat(results(reports.get(SHOP)))
                .extracting(result -> result.at("/resources/0/name").asText())
                .containsExactlyInAnyOrder("other", "web", "web");
    }

    @Test
    void a_namespace_that_may_not_be_read_keeps_its_report() {
        scan();
        for (String kind : List.of("pods", "replicationcontrollers", "podtemplates")) {
            cluster.reply("/api/v1/namespaces/bank/" + kind, next -> Reply.refused(403));
        }
        JsonNode before = reports.get(BANK).deepCopy();

        CommandRun run = scan("--namespace", "bank");

        assertThat(run.code()).isEqualTo(2);
        assertThat(reports.get(BANK).path("results")).isEqualTo(before.path("results"));
        assertThat(reports.get(BANK)
                        .at("/metadata/annotations/apparmor-admission.dev~1partial")
                        .asText())
                .isEqualTo("Pod, PodTemplate, ReplicationController");
    }

    @Test
    void without_nodes_nothing_is_judged_and_no_report_touched() {
        scan();
        reports.forget();
        cluster.reply("/api/v1/nodes", next -> Reply.refused(403));

        assertThat(scan().code()).isEqualTo(2);
        assertThat(reports.writes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | this API server has no reports and clusterreports of openreports.io/v1alpha1; install their definitions",
                "403 | no right to read or write reports and clusterreports",
                "500 | what was not written stays as it was",
                "0   | cannot be reached"
            })
    void where_reports_cannot_be_read_one_line_says_so_and_none_is_written(int code, String line) {
        reports.before(request -> Optional.of(code == 0 ? Reply.NONE : Reply.refused(code)));

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).startsWith("reports: ").contains(line);
        assertThat(run.out()).contains("DENIED Pod bank/free");
        assertThat(reports.writes()).isEmpty();
    }

    @Test
    void a_server_that_goes_away_while_reports_are_written_ends_it_and_nothing_was_removed() {
        scan();
        cluster.list(DEPLOYMENTS, "Deployment").list(PODS, "Pod", pod("new", "p", "", "n1", UNCONFINED));
        reports.before(request -> request.method().equals("GET") ? Optional.empty() : Optional.of(Reply.NONE));

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("reports: ").contains("stays as it was");
        assertThat(reports.there()).containsExactly(CLUSTER, BANK, SHOP);
    }

    @Test
    void a_page_of_reports_that_was_forgotten_is_asked_for_anew() {
        cluster.list(
                PODS,
                "Pod",
                IntStream.range(0, 5)
                        .mapToObj(i -> pod("n" + i, "p", "", "n1", UNCONFINED))
                        .toArray(String[]::new));
        scan();
        AtomicInteger gone = new AtomicInteger();
        reports.before(request -> request.query().contains("continue=") && gone.getAndIncrement() == 0
                ? Optional.of(Reply.refused(410))
                : Optional.empty());

        assertThat(scan().err()).isEqualTo("Reports: 0 written, 7 unchanged, 0 removed.\n");
    }

    // ---- others

    @Test
    void a_report_that_is_not_ours_is_left_alone_and_told() {
        reports.put(SHOP, "{\"metadata\": {\"name\": \"apparmor-admission\"}, \"results\": []}");
        reports.put("/namespaces/calm/reports/other", """
                {"metadata": {"name": "other", "labels": {"apparmor-admission.dev/report": "true"}}}
                """);

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("the report on namespace shop called apparmor-admission is not ours, for it lacks the label")
                .endsWith("Reports: 2 written, 0 unchanged, 0 removed, 1 not.\n");
        assertThat(reports.get(SHOP).path("results")).isEmpty();
        assertThat(reports.there()).contains("/namespaces/calm/reports/other");
    }

    @Test
    void a_report_that_changes_under_our_hands_is_read_and_compared_again() {
        scan();
        AtomicInteger conflicts = new AtomicInteger();
        cluster.list(PODS, "Pod", pod("bank", "free", "", "n1", UNCONFINED));
        reports.before(request -> {
            if (request.method().equals("PUT") && request.path().endsWith(SHOP) && conflicts.getAndIncrement() == 0) {
                reports.put(SHOP, reports.get(SHOP).toString());
            }
            return Optional.empty();
        });

        assertThat(scan().err()).isEqualTo("Reports: 3 written, 0 unchanged, 0 removed.\n");
        assertThat(conflicts).hasValue(2);
    }

    @Test
    void somebody_who_writes_it_again_and_again_is_told_of() {
        reports.before(
                request -> request.method().equals("POST") && request.path().contains("/shop/")
                        ? Optional.of(Reply.refused(409))
                        : Optional.empty());

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("the report on namespace shop changed 3 times while it was written");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | namespaces \\\"shop\\\" not found",
                "403 | unable to create new content in namespace shop because it is being terminated"
            })
    void a_namespace_that_goes_meanwhile_is_no_problem(int code, String said) {
        reports.before(
                request -> request.method().equals("POST") && request.path().contains("/shop/")
                        ? Optional.of(new Reply(code, "{\"message\": \"" + said + "\"}"))
                        : Optional.empty());

        assertThat(scan().code()).isZero();
    }

    @Test
    void what_may_not_be_written_is_told_and_the_rest_is_written() {
        reports.before(
                request -> request.method().equals("POST") && request.path().contains("/shop/")
                        ? Optional.of(new Reply(403, "{\"message\": \"not you\"}"))
                        : Optional.empty());

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("the report on namespace shop could not be written: 403 not you");
        assertThat(reports.there()).containsExactly(CLUSTER, BANK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--snapshot . | --report writes into a cluster; a snapshot is none",
                "--now 2026-11-22T19:00:00Z | --report tells of the present; leave out --now",
                "--pods-only | --report tells of templates too; leave out --pods-only"
            })
    void what_makes_no_sense_with_reports_is_refused(String options, String line) {
        CommandRun run = scan(options.split(" ", -1));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(line);
        assertThat(reports.writes()).isEmpty();
    }
}
