package dev.apparmoradmission.cluster;

import dev.apparmoradmission.node.TransientTaints;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.Optional;

/** The way to the API server, by the Kubernetes client that is configured. The client is not made before it is asked for. */
@ApplicationScoped
public class ClusterConnection {

    private final Instance<KubernetesClient> clients;

    /**
     * Keeps the client for later.
     *
     * @param clients the configured client
     */
    public ClusterConnection(Instance<KubernetesClient> clients) {
        this.clients = clients;
    }

    /** The client, for what this package and those below it do with it. Made when it is first asked for. */
    public KubernetesClient client() {
        return clients.get();
    }

    /**
     * A cluster to be watched.
     *
     * @param namespace where the inventory ConfigMaps are; absent for the namespace that we run in
     * @param transientTaints taints to look through
     * @param store where the picture goes
     * @param reports who is told of problems
     * @throws UnreadableInputException if no cluster is configured
     */
    public InformedCluster watch(
            Optional<String> namespace, TransientTaints transientTaints, SnapshotStore store, ClusterReports reports)
            throws UnreadableInputException {
        KubernetesClient client = clients.get();
        boolean nowhere =
                String.valueOf(client.getConfiguration().getMasterUrl()).startsWith(Config.DEFAULT_MASTER_URL)
                        && System.getenv("KUBERNETES_SERVICE_HOST") == null;
        if (nowhere) {
            throw new UnreadableInputException(
                    "cluster", "none is configured: give --inventory FILE to run without one, or set KUBECONFIG");
        }
        String inventoryNamespace = namespace.orElseGet(
                () -> Optional.ofNullable(client.getNamespace()).orElse("default"));
        return new InformedCluster(client, inventoryNamespace, transientTaints, store, reports);
    }
}
