package dev.apparmoradmission.cluster;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryReader;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** A cluster that is looked at once: its Nodes and inventory ConfigMaps, listed page by page. */
public final class ListedCluster {

    /** Nodes of one page; each takes 10 to 30 KiB. */
    private static final long NODES = 500;
    /** ConfigMaps of one page; each may take 1 MiB. */
    private static final long CONFIG_MAPS = 50;

    private ListedCluster() {}

    /**
     * Lists the cluster that kubectl would talk to: of {@code KUBECONFIG}, {@code ~/.kube/config}, or the one that we run in.
     *
     * @param context the context of the kubeconfig; absent for its current one
     * @param namespace where the inventory ConfigMaps are
     * @param reader reads them
     * @throws UnreadableInputException with one line, where the cluster cannot be reached or does not let us read
     */
    public static ClusterFiles.View read(Optional<String> context, String namespace, InventoryReader reader)
            throws UnreadableInputException {
        try (KubernetesClient client = KubectlCluster.open(context, "give --inventory FILE to look at files")) {
            return read(client, namespace, reader, any -> {});
        }
    }

    /**
     * Lists the cluster that a client talks to.
     *
     * @param namespace where the inventory ConfigMaps are
     * @param reader reads them
     * @param seen is told of each of them
     * @throws UnreadableInputException with one line, where the cluster cannot be reached or does not let us read
     */
    public static ClusterFiles.View read(
            KubernetesClient client, String namespace, InventoryReader reader, Consumer<InventoryConfigMap> seen)
            throws UnreadableInputException {
        String server = String.valueOf(client.getMasterUrl());
        List<Node> nodes = new ArrayList<>();
        pages(
                server,
                "list nodes",
                NODES,
                options -> client.nodes().list(options),
                found -> nodes.add(ApiObjects.node(found)));
        List<InventoryPart> parts = new ArrayList<>();
        pages(
                server,
                "list configmaps in namespace " + namespace,
                CONFIG_MAPS,
                options -> client.configMaps()
                        .inNamespace(namespace)
                        .withLabel(InventoryConfigMap.LABEL, "true")
                        .list(options),
                found -> {
                    InventoryConfigMap configMap = ApiObjects.inventory(namespace, found);
                    seen.accept(configMap);
                    parts.add(reader.read(configMap));
                });
        Inventory inventory = Inventory.join(parts);
        return new ClusterFiles.View(
                ClusterNodes.of(nodes, inventory.nodes(), true, TransientTaints.WELL_KNOWN),
                inventory,
                Namespaces.UNKNOWN,
                parts.stream().flatMap(part -> part.problems().stream()).toList());
    }

    /**
     * The namespaces and their labels.
     *
     * @throws UnreadableInputException with one line, where the cluster cannot be reached or does not let us read
     */
    public static Namespaces namespaces(KubernetesClient client) throws UnreadableInputException {
        Map<String, Map<String, String>> labels = new HashMap<>();
        pages(
                String.valueOf(client.getMasterUrl()),
                "list namespaces",
                NODES,
                options -> client.namespaces().list(options),
                found -> labels.put(found.getMetadata().getName(), ApiObjects.labels(found)));
        return new Namespaces(labels);
    }

    private static <T extends HasMetadata> void pages(
            String server,
            String what,
            long size,
            Function<ListOptions, ? extends KubernetesResourceList<T>> list,
            Consumer<T> each)
            throws UnreadableInputException {
        String next = "";
        try {
            do {
                KubernetesResourceList<T> page = list.apply(new ListOptionsBuilder()
                        .withLimit(size)
                        .withContinue(next.isEmpty() ? null : next)
                        .build());
                page.getItems().forEach(each);
                next = Optional.ofNullable(page.getMetadata().getContinue()).orElse("");
            } while (!next.isEmpty());
        } catch (KubernetesClientException e) {
            throw new UnreadableInputException("cluster " + server, problem(what, e));
        }
    }

    private static String problem(String what, KubernetesClientException e) {
        return switch (e.getCode()) {
            case HttpURLConnection.HTTP_FORBIDDEN ->
                "you may not " + what + "; ask for the rights of deploy/base/rbac.yaml (get, list), or give the files";
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                "your credentials are not accepted; check the user of the kubeconfig";
            case -1, 0 -> "cannot be reached: " + KubectlCluster.reason(e);
            default -> "cannot " + what + ": " + e.getCode() + " " + KubectlCluster.reason(e);
        };
    }
}
