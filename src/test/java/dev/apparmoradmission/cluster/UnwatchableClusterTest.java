package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.PolicySet;
import io.fabric8.kubernetes.api.model.ConfigMapListBuilder;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.ListMetaBuilder;
import io.fabric8.kubernetes.api.model.NamespaceListBuilder;
import io.fabric8.kubernetes.api.model.NodeListBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An API server that answers lists, empty ones, and no watch: what it has listed is known, and the trouble is told. */
@EnableKubernetesMockClient
class UnwatchableClusterTest {

    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final ListMeta LISTED =
            new ListMetaBuilder().withResourceVersion("1").build();

    /** Held here, for a logger that nobody holds forgets its level. */
    private static final List<Logger> LOGS =
            List.of(Logger.getLogger("io.fabric8.mockwebserver"), Logger.getLogger("io.fabric8.kubernetes.client"));

    KubernetesMockServer server;
    KubernetesClient client;

    private final CollectedReports reports = new CollectedReports();

    /** Each attempt to watch would be told with all its causes. */
    @BeforeAll
    static void quieten() {
        LOGS.forEach(log -> log.setLevel(Level.SEVERE));
    }

    @AfterAll
    static void unquieten() {
        LOGS.forEach(log -> log.setLevel(null));
    }

    @Test
    void empty_lists_without_a_watch_are_a_known_cluster() {
        answer(
                "/api/v1/namespaces/inventory/configmaps?labelSelector=apparmor-admission.dev%2Finventory%3Dtrue&limit=50",
                new ConfigMapListBuilder().withMetadata(LISTED).build());
        answer(
                "/api/v1/nodes?limit=50",
                new NodeListBuilder().withMetadata(LISTED).build());
        answer(
                "/api/v1/namespaces?limit=50",
                new NamespaceListBuilder().withMetadata(LISTED).build());
        SnapshotStore store = new SnapshotStore(false);
        store.policies(new PolicySet(List.of(), Map.of(), "hash"));

        try (InformedCluster cluster =
                new InformedCluster(client, "inventory", TransientTaints.WELL_KNOWN, store, reports)) {
            cluster.start();
            long end = System.nanoTime() + BOUND.toNanos();
            while (!cluster.isSynced() && System.nanoTime() < end) {
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }

            assertThat(cluster.isSynced()).isTrue();
            assertThat(store.current()).isPresent();
            assertThat(reports.lines()).anyMatch(line -> line.startsWith("the API server cannot be watched"));
        }
    }

    private void answer(String path, KubernetesResourceList<?> list) {
        server.expect().get().withPath(path).andReturn(200, list).always();
    }
}
