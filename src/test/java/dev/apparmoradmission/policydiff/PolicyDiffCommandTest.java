package dev.apparmoradmission.policydiff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.cluster.SnapshotFixture;
import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code policy diff}, run inside the test over snapshots, and over a live cluster that breaks. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PolicyDiffCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UNCONFINED = "{\"type\": \"Unconfined\"}";
    private static final String WEB = "{\"type\": \"Localhost\", \"localhostProfile\": \"k8s-web\"}";
    private static final String LEARN = "{\"type\": \"Localhost\", \"localhostProfile\": \"learn\"}";

    @TempDir
    Path dir;

    private final SnapshotFixture snapshot = new SnapshotFixture()
            .node("n1", "k8s-web (enforce)", "learn (complain)", "open (unconfined)")
            .node("n2", "k8s-web (enforce)", "learn (complain)", "open (unconfined)");

    @BeforeEach
    void policies() throws IOException {
        policy("none", "{match: {namespaces: [nowhere]}}");
        policy("audit", "{mode: Audit, defaultProfile: {type: None}}");
        policy("warn", "{mode: Warn}");
        policy("strict", "{}");
        policy("lax", "{rules: {unconfined: Ignore}}");
        policy("open", "{localhost: {modes: [enforce, kill, complain, unconfined]}}");
        policy("web", "{defaultProfile: {type: Localhost, localhostProfile: k8s-web}}");
        policy("noName", "{localhost: {allowed: []}, rules: {unconfined: Ignore}}");
        policy("both", "{localhost: {allowed: []}}");
        policy("day", "{localhost: {maxAge: 1d}, rules: {inventory-unknown: Audit, localhost-mode: Audit}}");
        policy("hushed", "{rules: {localhost-not-loaded: Audit, localhost-mode: Audit}}");
    }

    private void policy(String name, String spec) throws IOException {
        Files.writeString(dir.resolve(name + ".yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: p}
                spec: %s
                """.formatted(spec));
    }

    private static String pod(String namespace, String name, String metadata, String profile, String node) {
        return """
                {"metadata": {"namespace": "%s", "name": "%s"%s}, "spec": {%s"containers": [{"name": "app", "image": "a:1"%s}]}}
                """.formatted(
                        namespace,
                        name,
                        metadata,
                        node.isEmpty() ? "" : "\"nodeName\": \"" + node + "\", ",
                        profile.isEmpty() ? "" : ", \"securityContext\": {\"appArmorProfile\": " + profile + "}");
    }

    private static String template(String name, String profile) {
        return """
                {"metadata": {"namespace": "shop", "name": "%s"}, "spec": {"replicas": 0, "template": {"spec": {"containers": [
                  {"name": "app"%s}]}}}}
                """.formatted(
                        name, profile.isEmpty() ? "" : ", \"securityContext\": {\"appArmorProfile\": " + profile + "}");
    }

    private static String owned(String kind, String name, String hash) {
        return ", \"labels\": {\"pod-template-hash\": \"" + hash + "\"}, \"ownerReferences\": [{\"kind\": \"" + kind
                + "\", \"name\": \"" + name + "\", \"controller\": true}]";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            emptyValue = "",
            value = {
                // profile of the pod | before | after | what changes, and what it is the other way round
                "UNCONFINED | audit | strict | denied | unconfined allowed",
                "UNCONFINED | none | strict | denied | unconfined allowed",
                "UNCONFINED | lax | strict | denied | unconfined allowed",
                "UNCONFINED | warn | audit | '' | warned",
                "UNCONFINED | strict | warn | unconfined allowed | denied",
                "UNCONFINED | strict | both | '' | ''",
                "LEARN | strict | open | allowed | denied",
                "OPEN | strict | open | unconfined allowed | denied",
                "LEARN | hushed | strict | denied | allowed",
                "MISSING | hushed | strict | denied | allowed",
                "WEB | strict | both | denied | allowed",
                "'' | none | audit | '' | ''",
                "'' | audit | strict | warned default | default",
                "'' | strict | web | default | default",
                "WEB | strict | open | '' | ''",
            })
    void each_change_and_the_way_back(String profile, String before, String after, String changes, String back)
            throws Exception {
        String declared = switch (profile) {
            case "UNCONFINED" -> UNCONFINED;
            case "WEB" -> WEB;
            case "LEARN" -> LEARN;
            case "OPEN" -> LEARN.replace("learn", "open");
            case "MISSING" -> LEARN.replace("learn", "nobody-has-it");
            default -> "";
        };
        snapshot.add(WorkloadKind.POD, pod("shop", "p", "", declared, "n1")).write(dir.resolve("shot"));

        assertThat(changes(before, after)).isEqualTo(changes);
        assertThat(changes(after, before)).isEqualTo(back);
        assertThat(changes(before, before)).isEmpty();
    }

    @Test
    void who_is_denied_for_more_is_told_apart_from_who_is_newly_denied() throws Exception {
        snapshot.add(WorkloadKind.POD, """
                {"metadata": {"namespace": "shop", "name": "p"}, "spec": {"containers": [
                  {"name": "a", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}},
                  {"name": "b", "securityContext": {"appArmorProfile": {"type": "Localhost", "localhostProfile": "k8s-web"}}}]}}
                """).write(dir.resolve("shot"));

        assertThat(changes("strict", "both")).isEqualTo("deniedForMore");
        assertThat(changes("both", "strict")).isEmpty();
        assertThat(changes("noName", "both")).isEqualTo("deniedForMore");
    }

    private String changes(String before, String after) throws IOException {
        List<String> changes = new ArrayList<>();
        for (JsonNode change : json(diff(before, after, "--output", "json")).path("changes")) {
            changes.add(change.path("change").asText());
        }
        return String.join(" ", changes);
    }

    @Test
    void the_pods_of_a_deployment_are_one_line_and_a_template_without_pods_is_judged_as_its_pods_would_be()
            throws Exception {
        for (int i = 0; i < 3; i++) {
            snapshot.add(
                    WorkloadKind.POD,
                    pod("shop", "web-7f9c-" + i, owned("ReplicaSet", "web-7f9c", "7f9c"), UNCONFINED, "n1"));
            snapshot.add(
                    WorkloadKind.POD,
                    pod("shop", "lone-1a2b-" + i, owned("ReplicaSet", "lone-1a2b", "1a2b"), UNCONFINED, "n1"));
        }
        snapshot.add(WorkloadKind.POD, pod("bank", "bare", "", UNCONFINED, "n2"))
                .add(WorkloadKind.POD, pod("bank", "static-n1", owned("Node", "n1", ""), UNCONFINED, "n1"))
                .add(WorkloadKind.DEPLOYMENT, template("web", UNCONFINED))
                .add(WorkloadKind.DEPLOYMENT, template("idle", UNCONFINED))
                .add(WorkloadKind.DEPLOYMENT, template("fine", WEB))
                .add(WorkloadKind.CRON_JOB, """
                        {"metadata": {"namespace": "shop", "name": "nightly"}, "spec": {"jobTemplate": {"spec": {"template": {"spec": {
                          "containers": [{"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}}}}}
                        """)
                .write(dir.resolve("shot"));

        CommandRun run = diff("audit", "strict");

        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isEqualTo(1);
        String why = """
                    container "app": type Unconfined needs an exception [unconfined, policy p]
                      fix: use RuntimeDefault or a loaded Localhost profile, or document an exception for the container \
                (annotations apparmor-admission.dev/unconfined and apparmor-admission.dev/reason)
                """;
        assertThat(run.out()).isEqualTo("""
                NEWLY DENIED  Pod bank/bare
                WHYNEWLY DENIED  Pod bank/static-n1
                WHYNEWLY DENIED  CronJob shop/nightly, its template
                WHYNEWLY DENIED  Deployment shop/idle, its template
                WHYNEWLY DENIED  Deployment shop/web, 3 pods and its template
                WHYNEWLY DENIED  ReplicaSet shop/lone-1a2b, 3 pods
                WHYNAMESPACE  NEWLY DENIED
                bank       2
                shop       9

                12 workloads: 11 newly denied, 0 newly unconfined, 0 newly allowed.
                """.replace("WHY", why));
    }

    @Test
    void a_node_that_goes_takes_its_pods_along_and_the_others_are_judged_without_it() throws Exception {
        snapshot.node("n3", "only-here (enforce)");
        String onlyHere = LEARN.replace("learn", "only-here");
        snapshot.add(WorkloadKind.POD, pod("shop", "here", "", onlyHere, "n3"))
                .add(WorkloadKind.POD, pod("shop", "there", "", WEB, "n1"))
                .add(
                        WorkloadKind.DEPLOYMENT,
                        template("pinned", onlyHere)
                                .replace(
                                        "\"spec\": {\"containers\"",
                                        "\"spec\": {\"nodeSelector\": {\"host\": \"n3\"}, \"containers\""))
                .add(WorkloadKind.DEPLOYMENT, template("web", WEB))
                .write(dir.resolve("shot"));

        CommandRun run = run("--policy", file("strict"), "--snapshot", shot(), "--without-node", "n3");
        assertThat(run.out())
                .contains(
                        "NEWLY WARNED  Deployment shop/pinned, its template\n",
                        // What it needs is on all nodes but the one that goes.
                        "NEWLY ALLOWED  Deployment shop/web, its template\n")
                .endsWith(
                        "4 workloads: 0 newly denied, 0 newly unconfined, 1 newly allowed; pods that go with their nodes: 1.\n");
        assertThat(run.code()).isZero();

        CommandRun json =
                run("--policy", file("strict"), "--snapshot", shot(), "--without-node", "n3", "--output", "json");
        assertThat(json(json).at("/nodes/without/0").asText()).isEqualTo("n3");
        assertThat(json(json).at("/summary/leaving").asInt()).isEqualTo(1);

        assertThat(run("--snapshot", shot(), "--without-node", "n3", file("strict"))
                        .out())
                .isEqualTo(run.out());

        CommandRun glob = run("--policy", file("strict"), "--snapshot", shot(), "--without-node", "n*");
        assertThat(glob.out()).contains("pods that go with their nodes: 2.");
        CommandRun none = run("--policy", file("strict"), "--snapshot", shot(), "--without-node", "m*");
        assertThat(none)
                .isEqualTo(new CommandRun(2, "", "--without-node m*: no node of the cluster has such a name\n"));
    }

    @Test
    void a_proposed_inventory_takes_the_place_of_what_its_nodes_report() throws Exception {
        snapshot.add(WorkloadKind.POD, pod("shop", "one", "", WEB, "n1"))
                .add(WorkloadKind.POD, pod("shop", "two", "", WEB, "n2"))
                .write(dir.resolve("shot"));
        Path proposed = Files.writeString(
                dir.resolve("proposed.json"),
                "{\"kind\": \"List\", \"items\": [" + SnapshotFixture.inventory("n1", "k8s-web (complain)") + ","
                        + SnapshotFixture.inventory("n9", "k8s-web (complain)") + "]}");

        CommandRun strict = run("--policy", file("strict"), "--snapshot", shot(), "--inventory", proposed.toString());
        assertThat(strict.err()).isEqualTo("warning: --inventory: no nodes of the cluster, and left out: n9\n");
        assertThat(strict.code()).isEqualTo(1);
        assertThat(strict.out())
                .contains("NEWLY DENIED  Pod shop/one\n", "is in complain mode on 1 of 1 eligible node (n1)")
                .doesNotContain("shop/two");

        CommandRun hushed = run("--policy", file("hushed"), "--snapshot", shot(), "--inventory", proposed.toString());
        assertThat(hushed.code()).isZero();
        assertThat(hushed.out())
                .contains("CONFINED OTHERWISE  Pod shop/one\n    container \"app\": Enforced -> Complain\n");

        Files.writeString(proposed, SnapshotFixture.inventory("n1", "k8s-web (unconfined)"));
        CommandRun open = run("--policy", file("hushed"), "--snapshot", shot(), "--inventory", proposed.toString());
        assertThat(open.code()).isEqualTo(1);
        assertThat(open.out())
                .contains(
                        "NEWLY UNCONFINED  Pod shop/one\n    container \"app\": Enforced -> Unconfined (ProfileMode)\n");
    }

    @Test
    void policies_beside_both_sides_count_before_and_after() throws Exception {
        snapshot.add(WorkloadKind.POD, pod("shop", "p", "", UNCONFINED, "n1")).write(dir.resolve("shot"));
        Path beside = Files.writeString(
                dir.resolve("beside.yaml"),
                Files.readString(dir.resolve("strict.yaml")).replace("name: p}", "name: q}"));

        CommandRun run = run("--policy", beside.toString(), "--snapshot", shot(), file("audit"), file("lax"));

        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("1 workload: nothing changes.\n");
    }

    @ParameterizedTest
    @CsvSource({
        "worse, 1, 1, 0",
        "denied, 1, 0, 0",
        "unconfined, 0, 1, 0",
        "any, 1, 1, 1",
        "never, 0, 0, 0",
    })
    void what_fails_is_said_by_an_option(String failOn, int denied, int unconfined, int warned) throws Exception {
        snapshot.add(WorkloadKind.POD, pod("shop", "p", "", UNCONFINED, "n1")).write(dir.resolve("shot"));

        assertThat(diff("warn", "strict", "--fail-on", failOn).code()).isEqualTo(denied);
        assertThat(diff("strict", "warn", "--fail-on", failOn).code()).isEqualTo(unconfined);
        assertThat(diff("audit", "warn", "--fail-on", failOn).code()).isEqualTo(warned);
    }

    @Test
    void the_comment_of_a_pull_request_begins_with_its_marker_and_folds_each_kind_of_change() throws Exception {
        snapshot.add(WorkloadKind.POD, pod("shop", "free", "", UNCONFINED, "n1"))
                .add(WorkloadKind.POD, pod("shop", "early", "", "", "n2"))
                .write(dir.resolve("shot"));

        CommandRun run = diff("audit", "strict", "--output", "markdown");

        assertThat(run.out().replaceAll("`[0-9a-f]{12}`", "`HASH`")).isEqualTo("""
                <!-- apparmor-admission policy diff -->
                ### AppArmor policy: 1 newly denied, 0 newly unconfined, 0 newly allowed

                2 workloads judged as of 2026-11-22T19:00:00Z, policies `HASH` → `HASH`.

                <details open><summary>1 newly denied</summary>

                | workload | container | what | fix |
                |---|---|---|---|
                | `Pod shop/free` | `app` | `type Unconfined needs an exception [unconfined, policy p]` | `use RuntimeDefault or a loaded \
                Localhost profile, or document an exception for the container (annotations apparmor-admission.dev/unconfined and \
                apparmor-admission.dev/reason)` |

                </details>

                <details><summary>1 newly warned</summary>

                | workload | container | what | fix |
                |---|---|---|---|
                | `Pod shop/early` | `app` | `no AppArmor profile is declared [profile-missing, policy p]` | `set \
                securityContext.appArmorProfile.type to RuntimeDefault` |

                </details>

                <details><summary>1 given another default</summary>

                | workload | container | what | fix |
                |---|---|---|---|
                | `Pod shop/early` | pod | `nothing -> RuntimeDefault` |  |

                </details>

                <details><summary>By namespace</summary>

                | namespace | newly denied | newly unconfined | newly allowed | denied for more | newly warned | confined otherwise | given another default |
                |---|---:|---:|---:|---:|---:|---:|---:|
                | `shop` | 1 |  |  |  | 1 |  | 1 |

                </details>
                """);
    }

    @Test
    void a_comment_stays_below_what_github_takes_and_each_kind_of_change_has_its_share() throws Exception {
        for (int i = 0; i < 600; i++) {
            String name = String.format("pod-with-a-name-that-is-not-short-%04d", i);
            snapshot.add(WorkloadKind.POD, pod("shop", name, "", UNCONFINED, "n1"))
                    .add(WorkloadKind.POD, pod("ns-" + i, name + "-early", "", "", "n1"));
        }
        snapshot.write(dir.resolve("shot"));

        String comment = diff("audit", "strict", "--output", "markdown").out();

        assertThat(comment.length()).isBetween(40_000, 62_000);
        assertThat(comment).contains("600 newly denied", "600 newly warned", "<summary>By namespace");
        assertThat(comment.lines().filter(line -> line.matches("and \\d+ more")).toList())
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(comment.split("<details", -1)).hasSameSizeAs(comment.split("</details>", -1));
    }

    @Test
    void no_name_of_the_cluster_can_be_markdown_html_or_another_cell() throws Exception {
        String evil =
                "a`b|c\\\\|<img src=x onerror=alert(1)> @everyone [x](https://evil.example) \\n| --> </details> **b**";
        snapshot.add(WorkloadKind.POD, pod("shop", evil, "", UNCONFINED.replace("Unconfined", evil), "n1"))
                .write(dir.resolve("shot"));

        String comment = diff("audit", "strict", "--output", "markdown").out();

        List<String> rows =
                comment.lines().filter(line -> line.startsWith("| `Pod")).toList();
        assertThat(rows).isNotEmpty();
        for (String row : rows) {
            // Outside of code spans only what we wrote ourselves is left.
            assertThat(row.replaceAll("`[^`]*`", "CODE")).matches("\\| CODE \\| (CODE|pod) \\| CODE \\| (CODE)? ?\\|");
            assertThat(row.replaceAll("\\\\u007c", "")
                            .chars()
                            .filter(c -> c == '|')
                            .count())
                    .isEqualTo(5);
        }
    }

    @Test
    void what_could_not_be_read_makes_every_form_say_that_it_is_not_all() throws Exception {
        snapshot.notRead("cluster: cronjobs: you may not list them").write(dir.resolve("shot"));

        CommandRun text = diff("audit", "strict");
        assertThat(text.code()).isEqualTo(2);
        assertThat(text.err()).isEqualTo("cluster: cronjobs: you may not list them\n");
        assertThat(text.out())
                .isEqualTo("- not all: cluster: cronjobs: you may not list them\n0 workloads: nothing changes.\n");
        assertThat(diff("audit", "strict", "--output", "markdown").out())
                .contains("**This is not all**", "- `cluster: cronjobs: you may not list them`");
        assertThat(json(diff("audit", "strict", "--output", "json"))
                        .at("/problems/0")
                        .asText())
                .startsWith("cluster: cronjobs");
    }

    @Test
    void a_live_cluster_is_compared_page_by_page_and_where_it_breaks_it_is_not_all() throws Exception {
        try (FakeCluster cluster = new FakeCluster()
                .list("/api/v1/nodes", "Node", "{\"metadata\": {\"name\": \"n1\"}}")
                .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"shop\"}}")
                .reply("/api/v1/pods", next -> switch (next) {
                    case "" -> Reply.page("Pod", "two", pod("shop", "a", "", UNCONFINED, "n1"));
                    case "two" -> Reply.page("Pod", "three", pod("shop", "b", "", UNCONFINED, "n1"));
                    default -> Reply.NONE;
                })
                .reply("/apis/batch/v1/jobs", next -> Reply.refused(403))
                .reply(
                        "/apis/apps/v1/daemonsets",
                        next -> next.isEmpty()
                                ? Reply.page("DaemonSet", "more", template("d", UNCONFINED))
                                : Reply.refused(410))) {
            System.setProperty("kubeconfig", cluster.kubeconfig(dir).toString());
            CommandRun run = run(file("audit"), file("strict"));
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err())
                    .contains(
                            "cluster: pods: ",
                            "cluster: jobs: you may not list them",
                            "daemonsets: the server forgot 3 times");
            assertThat(run.out())
                    .contains(
                            "NEWLY DENIED  Pod shop/a\n",
                            "NEWLY DENIED  Pod shop/b\n",
                            "NEWLY DENIED  DaemonSet shop/d")
                    .endsWith("3 workloads: 3 newly denied, 0 newly unconfined, 0 newly allowed.\n");
        } finally {
            System.clearProperty("kubeconfig");
        }
    }

    @ParameterizedTest
    @CsvSource({"''", "a", "a b c", "--no-such-option a b", "--output xml a b", "no-such.yaml no-such.yaml"})
    void bad_usage_is_2(String arguments) throws Exception {
        snapshot.write(dir.resolve("shot"));
        List<String> all = new ArrayList<>(List.of("--snapshot", shot()));
        if (!arguments.isEmpty()) {
            all.addAll(List.of(arguments.split(" ", -1)));
        }
        CommandRun run = run(all.toArray(String[]::new));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isNotEmpty();
    }

    private String file(String policy) {
        return dir.resolve(policy + ".yaml").toString();
    }

    private String shot() {
        return dir.resolve("shot").toString();
    }

    private CommandRun diff(String before, String after, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--snapshot", shot(), file(before), file(after)));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static JsonNode json(CommandRun run) throws IOException {
        return JSON.readTree(run.out());
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of(PolicyDiffCommand::run, List.of(arguments));
    }
}
