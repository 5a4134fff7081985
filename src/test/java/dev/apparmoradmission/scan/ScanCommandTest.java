package dev.apparmoradmission.scan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code scan}, run inside the test against lists that an API server would give. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ScanCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The client's property for the file that KUBECONFIG names. */
    private static final String KUBECONFIG = "kubeconfig";

    @TempDir
    Path dir;

    private FakeCluster cluster;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(dir.resolve("policies"));
        Files.writeString(dir.resolve("policies/strict.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  match: {excludeNamespaces: [kube-system]}
                  defaultProfile: {type: RuntimeDefault}
                """);
        cluster = new FakeCluster()
                .list("/api/v1/nodes", "Node", node("n1"), node("n2"))
                .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"shop\"}}")
                .list("/api/v1/namespaces/apparmor-admission/configmaps", "ConfigMap", """
                        {"metadata": {"name": "i", "labels": {"apparmor-admission.dev/inventory": "true"}}, "data": {
                          "n1": "cri-containerd.apparmor.d (enforce)\\nk8s-web (enforce)",
                          "n2": "cri-containerd.apparmor.d (enforce)\\nk8s-web (complain)"}}
                        """);
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

    private static String pod(String namespace, String name, String node, String profile) {
        String context = profile.isEmpty() ? "{}" : "{\"appArmorProfile\": " + profile + "}";
        return """
                {"metadata": {"namespace": "%s", "name": "%s", "ownerReferences": [{"kind": "ReplicaSet", "controller": true}]},
                 "spec": {"nodeName": "%s", "containers": [{"name": "app", "securityContext": %s}]}}
                """.formatted(namespace, name, node, context);
    }

    private static String template(String name, boolean controlled) {
        return """
                {"metadata": {"namespace": "shop", "name": "%s"%s}, "spec": {"template": {"spec": {"containers": [
                  {"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}}}
                """.formatted(name, controlled ? ", \"ownerReferences\": [{\"controller\": true}]" : "");
    }

    private static final String UNCONFINED = "{\"type\": \"Unconfined\"}";
    private static final String DEFAULT = "{\"type\": \"RuntimeDefault\"}";
    private static final String WEB = "{\"type\": \"Localhost\", \"localhostProfile\": \"k8s-web\"}";

    @Test
    void each_workload_with_something_to_say_and_each_namespace_at_a_glance() {
        cluster.list(
                        "/api/v1/pods",
                        "Pod",
                        pod("shop", "good", "n1", WEB),
                        pod("shop", "drifted", "n2", WEB),
                        pod("shop", "free", "n1", UNCONFINED),
                        pod("bank", "early", "n1", ""),
                        pod("kube-system", "proxy", "n1", UNCONFINED))
                .list("/apis/apps/v1/deployments", "Deployment", template("web", false))
                .list("/apis/apps/v1/replicasets", "ReplicaSet", template("web-1", true));

        CommandRun run = scan();

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                DENIED Pod shop/drifted
                    denied: container "app" (spec.containers[0]): Localhost profile "k8s-web" is in complain mode on 1 of 1 eligible node (n2): it only logs [localhost-mode, policy strict]
                      fix: switch it to enforce mode there, or name a profile that is in enforce mode
                    drift: container "app" (spec.containers[0]): "Localhost/k8s-web" is in complain mode on "n2": it restrains nothing [profile-weakened]
                DENIED Pod shop/free
                    denied: container "app" (spec.containers[0]): type Unconfined needs an exception [unconfined, policy strict]
                      fix: FIX
                    drift: container "app" (spec.containers[0]): Unconfined is declared without an exception: LATER
                WARN   Pod bank/early
                    warning: container "app" (spec.containers[0]): no AppArmor profile is declared [profile-missing, policy strict]
                      fix: set securityContext.appArmorProfile.type to RuntimeDefault
                    drift: container "app" (spec.containers[0]): no profile is declared: LATER
                DENIED Deployment shop/web
                    denied: container "app" (spec.template.spec.containers[0]): type Unconfined needs an exception [unconfined, policy strict]
                      fix: FIX
                NAMESPACE    PODS  ENFORCED  COMPLAIN  UNCONFINED  UNKNOWN  WILL NOT START  DRIFTED  DENIED  WARNED
                bank         1     1         -         -           -        -               1        -       1
                kube-system  1     -         -         1           -        -               -        -       -
                shop         3     1         1         1           -        -               2        3       -

                6 workloads: 3 allowed, 3 denied, 1 with warnings.
                """.replace(
                        "FIX",
                        "use RuntimeDefault or a loaded Localhost profile, or document an exception for the container"
                                + " (annotations apparmor-admission.dev/unconfined and apparmor-admission.dev/reason)")
                .replace("LATER", "the webhook would not have let it in so by the policies of now [not-as-admitted]"));
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void what_is_only_recorded_is_told_as_well() throws IOException {
        Path policy = dir.resolve("policies").resolve("strict.yaml");
        Files.writeString(policy, Files.readString(policy).replace("spec:", "spec:\n  mode: Audit"));
        cluster.list("/api/v1/pods", "Pod", pod("shop", "free", "n1", UNCONFINED), pod("shop", "good", "n1", WEB));

        CommandRun run = scan();

        assertThat(run.out())
                .contains("Pod shop/free\n    audit: container \"app\" (spec.containers[0]): type Unconfined")
                .doesNotContain("shop/good");
        assertThat(run.code()).isZero();
    }

    @Test
    void the_page_says_of_each_pod_what_has_drifted() {
        cluster.list("/api/v1/pods", "Pod", pod("shop", "drifted", "n2", WEB), pod("shop", "good", "n1", WEB));

        assertThat(scan("--output", "html").out())
                .containsOnlyOnce("Drift: container ")
                .contains("[profile-weakened]");
    }

    @Test
    void every_page_is_read_and_only_what_has_not_ended_is_asked_for() {
        cluster.reply("/api/v1/pods", next -> switch (next) {
            case "" -> Reply.page("Pod", "two", pods(0, 250));
            case "two" -> Reply.page("Pod", "three", pods(250, 500));
            default -> Reply.page("Pod", "", pods(500, 501));
        });

        assertThat(scan("--fail-on", "never").out())
                .endsWith("501 workloads: 501 allowed, 0 denied, 0 with warnings.\n");
    }

    private static String[] pods(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> pod("shop", "p" + i, "n1", DEFAULT))
                .toArray(String[]::new);
    }

    @Test
    void where_the_server_forgot_the_page_it_begins_anew_and_tells_nothing_twice() {
        AtomicInteger gone = new AtomicInteger();
        cluster.reply("/api/v1/pods", next -> {
            if (next.isEmpty()) {
                return Reply.page("Pod", "two", pod("shop", "a", "n1", UNCONFINED));
            }
            return gone.getAndIncrement() == 0
                    ? Reply.refused(410)
                    : Reply.page("Pod", "", pod("shop", "b", "n1", DEFAULT));
        });

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out())
                .containsOnlyOnce("DENIED Pod shop/a\n")
                .endsWith("2 workloads: 1 allowed, 1 denied, 0 with warnings.\n");
    }

    @Test
    void a_server_that_always_forgets_makes_it_partial() {
        cluster.reply(
                "/api/v1/pods",
                next -> next.isEmpty()
                        ? Reply.page("Pod", "two", pod("shop", "a", "n1", DEFAULT))
                        : Reply.refused(410));

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("cluster: pods: the server forgot 3 times where a page ended");
        assertThat(run.out())
                .contains("- not all: cluster: pods: ")
                .endsWith("1 workload: 1 allowed, 0 denied, 0 with warnings.\n");
    }

    @Test
    void a_kind_that_may_not_be_listed_makes_it_partial_and_the_rest_is_told() throws Exception {
        cluster.list("/api/v1/pods", "Pod", pod("shop", "a", "n1", UNCONFINED))
                .reply("/apis/batch/v1/cronjobs", next -> Reply.refused(403));

        CommandRun run = scan("--output", "json");

        assertThat(run.code()).isEqualTo(2);
        JsonNode report = JSON.readTree(run.out());
        assertThat(report.path("results").findValuesAsText("name")).contains("a");
        assertThat(report.path("problems").path(0).asText()).startsWith("cluster: cronjobs: you may not list them");
    }

    @Test
    void a_server_that_goes_away_in_the_middle_of_a_page_makes_it_partial() {
        cluster.reply(
                "/api/v1/pods",
                next -> next.isEmpty() ? Reply.page("Pod", "two", pod("shop", "a", "n1", UNCONFINED)) : Reply.NONE);

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).contains("DENIED Pod shop/a\n", "- not all: cluster: pods: ");
    }

    @Test
    void without_the_labels_of_namespaces_policies_hold_everywhere_and_it_is_said() {
        cluster.reply("/api/v1/namespaces", next -> Reply.refused(403));

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("policies with a namespaceSelector are taken to hold everywhere");
    }

    @Test
    void without_nodes_there_is_no_report() {
        cluster.reply("/api/v1/nodes", next -> Reply.refused(403));

        CommandRun run = scan();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("you may not list nodes");
    }

    @Test
    void only_the_namespaces_asked_for_are_looked_at() {
        cluster.list("/api/v1/namespaces/shop/pods", "Pod", pod("shop", "a", "n1", DEFAULT));

        CommandRun run = scan("--namespace", "shop", "--pods-only", "--all");

        assertThat(run.out()).startsWith("OK     Pod shop/a\n");
        assertThat(cluster.asked())
                .contains("/api/v1/namespaces/shop/pods")
                .doesNotContain("/api/v1/pods", "/apis/apps/v1/namespaces/shop/deployments");
    }

    @Test
    void the_page_counts_all_and_has_one_row_for_pods_of_one_controller_with_the_same_findings() throws Exception {
        String keeper = "\"kind\": \"ReplicaSet\", \"name\": \"web-1\"";
        cluster.list(
                "/api/v1/pods",
                "Pod",
                pod("shop", "web-1-a", "n2", WEB).replace("\"kind\": \"ReplicaSet\"", keeper),
                pod("shop", "web-1-b", "n2", WEB).replace("\"kind\": \"ReplicaSet\"", keeper),
                pod("shop", "web-1-c", "n1", WEB).replace("\"kind\": \"ReplicaSet\"", keeper),
                pod("shop", "alone", "n2", WEB),
                pod("bank", "good", "n1", DEFAULT));

        CommandRun run = scan("--output", "html");

        assertThat(run.code()).isEqualTo(1);
        JsonNode data = JSON.readTree(run.out().replaceAll("(?s).*id=\"data\">(.*?)</script>.*", "$1"));
        List<String> rows = new ArrayList<>();
        data.at("/findings/rows")
                .forEach(row ->
                        rows.add(data.path("texts").path(row.path(3).asInt()).asText() + " x " + row.path(4)));
        assertThat(rows).containsExactly("alone x 1", "web-1 x 2");
        assertThat(run.out()).contains("data-namespace=\"bank\"", "data-namespace=\"shop\"", "of 5 workloads");
    }

    @Test
    void the_page_says_first_what_could_not_be_read() {
        cluster.list("/api/v1/pods", "Pod", pod("shop", "a", "n1", DEFAULT))
                .reply("/apis/batch/v1/cronjobs", next -> Reply.refused(403));

        CommandRun run = scan("--output", "html");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).contains("This is not all.", "<li>cluster: cronjobs: you may not list them");
    }

    @ParameterizedTest
    @CsvSource({"deny, 0", "warn, 1", "never, 0"})
    void a_warning_fails_only_where_asked_for(String failOn, int code) {
        cluster.list("/api/v1/pods", "Pod", pod("shop", "early", "n1", ""));

        assertThat(scan("--fail-on", failOn).code()).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({"--no-such-option", "--output xml", "--context nowhere"})
    void bad_usage_is_2(String options) {
        assertThat(scan(options.split(" ", -1)).code()).isEqualTo(2);
    }

    private CommandRun scan(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("--policy", dir.resolve("policies").toString()));
        arguments.addAll(List.of(more));
        return CommandRun.of(ScanCommand::run, arguments);
    }
}
