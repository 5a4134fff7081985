package dev.apparmoradmission.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import dev.apparmoradmission.scan.ScanCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code snapshot}, and what {@code scan} makes of it, against lists that an API server would give. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class SnapshotCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The client's property for the file that KUBECONFIG names. */
    private static final String KUBECONFIG = "kubeconfig";

    @TempDir
    Path dir;

    private FakeCluster cluster;
    private Path shot;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(dir.resolve("policies"));
        Files.writeString(dir.resolve("policies/strict.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  match: {namespaceSelector: {matchLabels: {confined: "yes"}}}
                  localhost: {maxAge: 1h}
                """);
        cluster = new FakeCluster()
                .list("/api/v1/nodes", "Node", node("n1"), node("n2"))
                .list(
                        "/api/v1/namespaces",
                        "Namespace",
                        "{\"metadata\": {\"name\": \"shop\", \"labels\": {\"confined\": \"yes\"}}}",
                        "{\"metadata\": {\"name\": \"free\"}}")
                .list("/api/v1/namespaces/apparmor-admission/configmaps", "ConfigMap", inventory("n1"), inventory("n2"))
                .reply("/api/v1/pods", next -> switch (next) {
                    case "" -> Reply.page("Pod", "two", pods("shop", 0, 250));
                    case "two" -> Reply.page("Pod", "three", pods("shop", 250, 500));
                    default -> Reply.page("Pod", "", pods("free", 500, 503));
                })
                .list("/apis/apps/v1/deployments", "Deployment", template("web", ""))
                .list("/apis/apps/v1/replicasets", "ReplicaSet", template("web-1", "web"), template("alone", ""));
        System.setProperty(KUBECONFIG, cluster.kubeconfig(dir).toString());
        shot = dir.resolve("shot");
    }

    @AfterEach
    void end() {
        System.clearProperty(KUBECONFIG);
        cluster.close();
    }

    private static String node(String name) {
        return """
                {"metadata": {"name": "%1$s", "uid": "uid-%1$s", "labels": {"kubernetes.io/hostname": "%1$s"}},
                 "status": {"nodeInfo": {"containerRuntimeVersion": "containerd://2.1.0", "bootID": "b"}}}
                """.formatted(name);
    }

    private static String inventory(String node) {
        return """
                {"metadata": {"name": "i-%1$s", "resourceVersion": "1", "labels": {"apparmor-admission.dev/inventory": "true"},
                   "ownerReferences": [{"kind": "Node", "name": "%1$s", "uid": "uid-%1$s"}]},
                 "data": {"%1$s": "# observed-at: 2026-11-22T18:30:00Z\\n# boot-id: b\\ncri-containerd.apparmor.d (enforce)%2$s"}}
                """.formatted(node, node.equals("n1") ? "\\nk8s-web (enforce)" : "");
    }

    private static String[] pods(String namespace, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> """
                {"metadata": {"namespace": "%s", "name": "p%d", "labels": {"app": "web"}},
                 "spec": {"nodeName": "n%d", "containers": [{"name": "app", "env": [{"name": "PASSWORD", "value": "hunter2"}],
                   "securityContext": {"appArmorProfile": {"type": "Localhost", "localhostProfile": "k8s-web"}}}]}}
                """.formatted(namespace, i, 1 + i % 2))
                .toArray(String[]::new);
    }

    private static String template(String name, String owner) {
        return """
                {"metadata": {"namespace": "shop", "name": "%s"%s}, "spec": {"replicas": 0, "template": {"spec": {"containers": [
                  {"name": "app", "args": ["hunter2"], "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}}}
                """.formatted(
                        name,
                        owner.isEmpty()
                                ? ""
                                : ", \"ownerReferences\": [{\"kind\": \"Deployment\", \"name\": \"" + owner
                                        + "\", \"controller\": true}]");
    }

    @Test
    void a_snapshot_is_scanned_as_the_cluster_was() throws Exception {
        CommandRun live = scan();
        CommandRun taken = snapshot();
        cluster.close();

        assertThat(taken)
                .isEqualTo(new CommandRun(
                        0,
                        shot
                                + ", as of 2026-11-22T19:00:00Z: nodes 2, inventory 2, namespaces 2, pods 503, deployments 1,"
                                + " replicasets 1.\n",
                        ""));
        CommandRun kept = scan("--snapshot", shot.toString());
        assertThat(kept).isEqualTo(live);
        assertThat(live.out()).endsWith("505 workloads: 253 allowed, 252 denied, 0 with warnings.\n");
    }

    @Test
    void since_when_the_webhook_is_asked_is_kept_so_that_pods_from_before_are_told_as_such() throws Exception {
        cluster.reply(
                        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/apparmor-admission",
                        any -> new Reply(200, """
                        {"kind": "ValidatingWebhookConfiguration", "apiVersion": "admissionregistration.k8s.io/v1",
                         "metadata": {"name": "apparmor-admission", "creationTimestamp": "2026-06-01T00:00:00Z"}}
                        """))
                .list("/api/v1/pods", "Pod", """
                        {"metadata": {"namespace": "shop", "name": "early", "creationTimestamp": "2026-05-01T00:00:00Z"},
                         "spec": {"nodeName": "n1", "containers": [{"name": "app"}]}}
                        """);
        CommandRun live = scan();
        snapshot();

        assertThat(live.out()).contains("2026-05-01T00:00:00Z, before the webhook was there");
        assertThat(scan("--snapshot", shot.toString())).isEqualTo(live);
    }

    @Test
    void only_its_owner_can_read_it_and_nothing_is_left_beside_it() throws Exception {
        snapshot();

        TreeMap<String, String> modes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(shot)) {
            for (Path file : files.toList()) {
                modes.put(
                        shot.relativize(file).toString(),
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                if (Files.isRegularFile(file)) {
                    assertThat(Files.readString(file)).doesNotContain("hunter2");
                }
            }
        }
        assertThat(modes)
                .containsEntry("", "rwx------")
                .containsEntry("snapshot.json", "rw-------")
                .containsEntry("workloads", "rwx------")
                .containsEntry("workloads/pods-00003.json", "rw-------")
                .containsEntry("inventory/00001.json", "rw-------")
                .containsEntry("workloads/cronjobs-00001.json", "rw-------");
        assertThat(leftovers()).isEmpty();
        assertThat(cluster.asked()).noneMatch(path -> path.contains("secrets"));
    }

    @Test
    void a_kind_that_may_not_be_listed_is_told_whenever_the_snapshot_is_used() throws Exception {
        cluster.reply("/apis/batch/v1/cronjobs", next -> Reply.refused(403));

        CommandRun taken = snapshot();

        assertThat(taken.code()).isEqualTo(2);
        assertThat(taken.err()).startsWith("not all: cluster: cronjobs: you may not list them");
        assertThat(taken.out()).endsWith("It is not all: see above.\n");
        CommandRun scan = scan("--snapshot", shot.toString());
        assertThat(scan.code()).isEqualTo(2);
        assertThat(scan.out()).contains("- not all: cluster: cronjobs: ", "505 workloads");
    }

    @Test
    void a_server_that_goes_away_in_the_middle_leaves_what_was_read_and_it_is_marked() throws Exception {
        cluster.reply(
                "/api/v1/pods", next -> next.isEmpty() ? Reply.page("Pod", "two", pods("shop", 0, 250)) : Reply.NONE);

        assertThat(snapshot().code()).isEqualTo(2);

        JsonNode description = JSON.readTree(shot.resolve("snapshot.json").toFile());
        assertThat(description.at("/lists/pods").toString()).isEqualTo("{\"pages\":1,\"objects\":250}");
        assertThat(description.at("/notRead/0").asText()).startsWith("cluster: pods: ");
        assertThat(scan("--snapshot", shot.toString()).code()).isEqualTo(2);
    }

    @Test
    void where_the_server_forgot_the_page_the_list_is_taken_anew_and_nothing_twice() throws Exception {
        AtomicInteger gone = new AtomicInteger();
        cluster.reply("/api/v1/pods", next -> switch (next) {
            case "" -> Reply.page("Pod", gone.get() == 0 ? "two" : "three", pods("shop", 0, 250));
            case "two" -> Reply.page("Pod", "gone", pods("shop", 250, 500));
            case "gone" -> {
                gone.incrementAndGet();
                yield Reply.refused(410);
            }
            default -> Reply.page("Pod", "", pods("shop", 500, 501));
        });

        assertThat(snapshot().code()).isZero();

        assertThat(shot.resolve("workloads/pods-00002.json")).exists();
        assertThat(shot.resolve("workloads/pods-00003.json")).doesNotExist();
        assertThat(scan("--snapshot", shot.toString()).out()).contains("253 workloads");
    }

    @Test
    void a_server_that_always_forgets_makes_it_partial() {
        cluster.reply(
                "/api/v1/pods",
                next -> next.isEmpty() ? Reply.page("Pod", "two", pods("shop", 0, 1)) : Reply.refused(410));

        CommandRun taken = snapshot();

        assertThat(taken.code()).isEqualTo(2);
        assertThat(taken.err()).contains("the server forgot 3 times");
        assertThat(scan("--snapshot", shot.toString()).out()).contains("3 workloads");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/nodes", "/api/v1/namespaces/apparmor-admission/configmaps"})
    void without_nodes_or_inventory_nothing_is_written(String list) {
        cluster.reply(list, next -> Reply.refused(403));

        CommandRun taken = snapshot();

        assertThat(taken.code()).isEqualTo(2);
        assertThat(taken.out()).isEmpty();
        assertThat(taken.err()).contains("you may not list them").endsWith("no snapshot was written\n");
        assertThat(shot).doesNotExist();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void some_of_the_namespaces_are_as_good_as_none_and_policies_then_hold_everywhere() throws Exception {
        cluster.reply(
                "/api/v1/namespaces",
                next -> next.isEmpty()
                        ? Reply.page("Namespace", "two", "{\"metadata\": {\"name\": \"shop\"}}")
                        : Reply.NONE);

        CommandRun taken = snapshot();

        assertThat(taken.code()).isEqualTo(2);
        assertThat(taken.err()).contains("policies with a namespaceSelector are taken to hold everywhere");
        assertThat(shot.resolve("namespaces/00001.json")).doesNotExist();
        // The pods of the namespace that is not selected are judged with the others.
        assertThat(scan("--snapshot", shot.toString()).out()).contains("DENIED Pod free/p501\n");
    }

    @Test
    void a_snapshot_of_some_namespaces_says_so_where_others_are_asked_for() throws Exception {
        cluster.list("/api/v1/namespaces/shop/pods", "Pod", pods("shop", 0, 3))
                .list("/api/v1/namespaces/free/pods", "Pod", pods("free", 3, 5));

        assertThat(snapshot("--namespace", "shop", "--namespace", "free").code())
                .isZero();

        assertThat(cluster.asked()).doesNotContain("/api/v1/pods");
        assertThat(scan("--snapshot", shot.toString()).out()).contains("5 workloads");
        assertThat(scan("--snapshot", shot.toString(), "--namespace", "free").out())
                .contains("2 workloads");
        CommandRun other = scan("--snapshot", shot.toString(), "--namespace", "bank");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains("was taken without namespace bank");
    }

    @Test
    void a_snapshot_that_is_there_is_replaced_only_where_that_is_said() throws Exception {
        snapshot();
        cluster.list("/api/v1/pods", "Pod", pods("shop", 0, 1));

        CommandRun again = snapshot();
        assertThat(again.code()).isEqualTo(2);
        assertThat(again.err()).contains("is a snapshot already; give --force to replace it");
        assertThat(scan("--snapshot", shot.toString()).out()).contains("505 workloads");

        assertThat(snapshot("--force").code()).isZero();
        assertThat(scan("--snapshot", shot.toString()).out()).contains("3 workloads");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void what_breaks_while_a_snapshot_is_replaced_leaves_the_old_one() throws Exception {
        snapshot();
        cluster.reply("/api/v1/nodes", next -> Reply.NONE);

        assertThat(snapshot("--force").code()).isEqualTo(2);

        assertThat(scan("--snapshot", shot.toString()).out()).contains("505 workloads");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void no_other_directory_is_touched_with_or_without_force() throws Exception {
        Files.createDirectory(shot);
        Files.writeString(shot.resolve("mine.txt"), "mine");
        assertThat(snapshot("--force").err()).contains("is there, and is no snapshot");

        Files.writeString(shot.resolve("snapshot.json"), "{\"kind\": \"SomethingElse\"}");
        assertThat(snapshot("--force").err()).contains("is no ClusterSnapshot");

        Files.delete(shot.resolve("snapshot.json"));
        Files.delete(shot.resolve("mine.txt"));
        assertThat(snapshot().code()).isZero();
        Files.writeString(shot.resolve("mine.txt"), "mine");
        assertThat(snapshot("--force").err()).contains("mine.txt: is no part of the snapshot");
        assertThat(shot.resolve("mine.txt")).exists();
    }

    @ParameterizedTest
    @CsvSource({"''", "--no-such-option", "a b", "--policy policies x", "--now 2026-11-22T19:00:00Z x", "no/such/parent"
    })
    void bad_usage_is_2(String arguments) {
        assertThat(CommandRun.of(SnapshotCommand::run, List.of(arguments.split(" ", -1)))
                        .code())
                .isEqualTo(2);
    }

    private List<Path> leftovers() {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.getFileName().toString().startsWith("."))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CommandRun snapshot(String... more) {
        List<String> arguments = new ArrayList<>(List.of(shot.toString()));
        arguments.addAll(List.of(more));
        return CommandRun.of(SnapshotCommand::run, arguments);
    }

    private CommandRun scan(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("--policy", dir.resolve("policies").toString()));
        arguments.addAll(List.of(more));
        return CommandRun.of(ScanCommand::run, arguments);
    }
}
