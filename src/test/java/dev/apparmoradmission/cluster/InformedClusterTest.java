package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.profile.ProfileMode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The picture follows the cluster. Against a real API server the same is shown in {@code e2e}. */
@EnableKubernetesMockClient(crud = true)
class InformedClusterTest {

    private static final String NAMESPACE = "inventory";

    /** Held here, for a logger that nobody holds forgets its level. */
    private static final Logger MOCK_LOG = Logger.getLogger("io.fabric8.mockwebserver");

    KubernetesClient client;

    private final SnapshotStore store = new SnapshotStore(false);
    private final CollectedReports reports = new CollectedReports();
    private InformedCluster cluster;

    @BeforeAll
    static void quieten() {
        MOCK_LOG.setLevel(Level.WARNING);
    }

    @BeforeEach
    void create() {
        store.policies(new PolicySet(List.of(), Map.of(), "hash"));
        cluster = new InformedCluster(
                client, NAMESPACE, TransientTaints.WELL_KNOWN.plus(List.of("startup")), store, reports);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void an_empty_cluster_is_a_known_cluster() {
        cluster.start();

        await(cluster::isSynced);
        assertThat(store.current().orElseThrow().nodes().members()).isEmpty();
    }

    @Test
    void nothing_is_known_before_it_has_been_listed() {
        assertThat(cluster.isSynced()).isFalse();
        assertThat(store.current()).isEmpty();
    }

    @Test
    void what_was_there_before_is_in_the_first_picture() {
        client.resource(node("n1")).create();
        client.resource(inventory("one", "n1", "k8s-web (enforce)\n")).create();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .addToLabels("team", "a")
                        .endMetadata()
                        .build())
                .create();

        cluster.start();

        await(cluster::isSynced);
        Snapshot snapshot = store.current().orElseThrow();
        assertThat(snapshot.namespaces().labels().get("shop")).containsEntry("team", "a");
        Member member = member("n1").orElseThrow();
        assertThat(member.node().runtime()).isEqualTo(ContainerRuntime.CONTAINERD);
        assertThat(member.node().identity().bootId()).contains("boot-n1");
        assertThat(member.node().labels()).containsEntry("host", "n1");
        assertThat(member.node().taints()).hasSize(1);
        assertThat(mode("n1", "k8s-web")).contains(ProfileMode.ENFORCE);
    }

    @Test
    void every_change_is_followed() {
        client.resource(node("n1")).create();
        cluster.start();
        await(cluster::isSynced);

        client.resource(inventory("one", "n1", "k8s-web (enforce)\n")).create();
        await(() -> mode("n1", "k8s-web").isPresent());

        client.resource(inventory("one", "n1", "k8s-web (complain)\n")).update();
        await(() -> mode("n1", "k8s-web").filter(ProfileMode.COMPLAIN::equals).isPresent());

        client.resource(node("n2")).create();
        await(() -> member("n2").isPresent());

        client.configMaps().inNamespace(NAMESPACE).withName("one").delete();
        await(() -> member("n1").flatMap(Member::inventory).isEmpty());

        client.nodes().withName("n1").delete();
        await(() -> member("n1").isEmpty());
    }

    @Test
    void what_a_node_loses_from_one_list_to_the_next_is_told_once() {
        client.resource(node("n1")).create();
        client.resource(inventory("one", "n1", "k8s-web (enforce)\nk8s-db (enforce)\n"))
                .create();
        cluster.start();
        await(cluster::isSynced);
        assertThat(reports.lines()).isEmpty();

        client.resource(inventory("one", "n1", "# observed-at: 2026-11-22T19:00:00Z\nk8s-web (complain)\n"))
                .update();
        await(() -> !reports.lines().isEmpty());
        client.resource(node("n2")).create();
        await(() -> member("n2").isPresent());

        assertThat(reports.lines())
                .containsExactly("lost: node \"n1\", observed at 2026-11-22T19:00:00Z: \"k8s-db\" (enforce) is gone,"
                        + " \"k8s-web\" (enforce) is now complain");
    }

    @Test
    void config_maps_without_the_label_or_elsewhere_do_not_count() {
        client.resource(node("n1")).create();
        ConfigMap unlabelled = inventory("other", "n1", "k8s-web (enforce)\n");
        unlabelled.getMetadata().setLabels(Map.of());
        client.resource(unlabelled).create();
        ConfigMap elsewhere = inventory("one", "n1", "k8s-web (enforce)\n");
        elsewhere.getMetadata().setNamespace("elsewhere");
        client.resource(elsewhere).create();
        client.resource(inventory("two", "n1", "k8s-db (enforce)\n")).create();

        cluster.start();

        await(cluster::isSynced);
        assertThat(mode("n1", "k8s-db")).isPresent();
        assertThat(mode("n1", "k8s-web")).isEmpty();
    }

    @Test
    void lines_that_cannot_be_read_are_told_and_hide_nothing() {
        client.resource(node("n1")).create();
        client.resource(inventory("one", "n1", "garbage\nk8s-web (enforce)\n")).create();

        cluster.start();

        await(cluster::isSynced);
        assertThat(mode("n1", "k8s-web")).isPresent();
        assertThat(reports.lines()).anyMatch(line -> line.contains("garbage"));
    }

    private Optional<Member> member(String node) {
        Predicate<Member> named = member -> member.node().name().equals(node);
        return store.current().stream()
                .flatMap(snapshot -> snapshot.nodes().members().stream())
                .filter(named)
                .findAny();
    }

    private Optional<ProfileMode> mode(String node, String profile) {
        return member(node)
                .flatMap(Member::inventory)
                .flatMap(list -> list.profiles().mode(profile));
    }

    private static Node node(String name) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("host", name)
                .endMetadata()
                .withNewSpec()
                .addNewTaint()
                .withKey("startup")
                .withEffect("NoSchedule")
                .endTaint()
                .endSpec()
                .withNewStatus()
                .withNewNodeInfo()
                .withContainerRuntimeVersion("containerd://2.1.4")
                .withBootID("boot-" + name)
                .endNodeInfo()
                .endStatus()
                .build();
    }

    private static ConfigMap inventory(String name, String node, String profiles) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name)
                .addToLabels("apparmor-admission.dev/inventory", "true")
                .endMetadata()
                .addToData(node, profiles)
                .build();
    }

    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 600; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("it did not come to that");
    }
}
