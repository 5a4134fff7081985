package dev.apparmoradmission.cluster;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryProblem;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A cluster as the API server shows it: inventory ConfigMaps, Nodes and Namespaces are listed once and watched from then on.
 * While the API server is away, what was last seen stays in force; the watches come back by themselves. Changes that come
 * together are put in force together, on a thread of its own.
 */
public final class InformedCluster implements AutoCloseable {

    /** How long further changes are waited for, in milliseconds. */
    private static final int DEBOUNCE = 50;
    /** How often to look whether the watches stand, in milliseconds. */
    private static final int LOOK = 2_000;
    /**
     * Objects in one page of a list. A page is in memory as a whole, as text and as objects: 500 Nodes with their images are more
     * than the heap that the webhook is meant to have.
     */
    private static final long PAGE = 50;
    /** One part in so many of a core may go into renewing the picture while changes keep coming. */
    private static final int SHARE = 20;
    /** How long a change may wait for that, in milliseconds. */
    private static final int LONGEST_REST = 250;

    private record NamedLabels(String name, Map<String, String> labels) {}

    private final KubernetesClient client;
    private final String namespace;
    private final TransientTaints transientTaints;
    private final SnapshotStore store;
    private final ClusterReports reports;
    private final InventoryReader inventoryReader = new InventoryReader(new ProfileLists());
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "cluster-picture");
        thread.setDaemon(true);
        return thread;
    });
    private final ProfileLosses losses = new ProfileLosses();
    private final AtomicBoolean pending = new AtomicBoolean();
    private final WatchOutage outage = new WatchOutage();
    private final RecordStore<ConfigMap, InventoryPart> inventories = new RecordStore<>(
            this::part, few -> new ConfigMapBuilder().withMetadata(few).build(), this::changed);
    private final RecordStore<io.fabric8.kubernetes.api.model.Node, Node> nodes = new RecordStore<>(
            ApiObjects::node, few -> new NodeBuilder().withMetadata(few).build(), this::changed);
    private final RecordStore<Namespace, NamedLabels> namespaces = new RecordStore<>(
            found -> new NamedLabels(found.getMetadata().getName(), ApiObjects.labels(found)),
            few -> new NamespaceBuilder().withMetadata(few).build(),
            this::changed);
    /** When the next picture may be made, by {@link System#nanoTime()}. */
    private volatile long restUntil = System.nanoTime();
    /** What the last one took, in nanoseconds. Used by the worker alone. */
    private long lastCost;

    private volatile List<SharedIndexInformer<?>> informers = List.of();
    private volatile boolean synced;

    InformedCluster(
            KubernetesClient client,
            String namespace,
            TransientTaints transientTaints,
            SnapshotStore store,
            ClusterReports reports) {
        this.client = client;
        this.namespace = namespace;
        this.transientTaints = transientTaints;
        this.store = store;
        this.reports = reports;
    }

    /** The namespace whose ConfigMaps are watched. */
    public String namespace() {
        return namespace;
    }

    /** Begins to list and watch. Does not wait for the API server, which may not be up yet. */
    public void start() {
        informers = List.of(
                informer(
                        client.configMaps().inNamespace(namespace).withLabel(InventoryConfigMap.LABEL, "true"),
                        inventories,
                        "inventory"),
                informer(client.nodes(), nodes, "nodes"),
                informer(client.namespaces(), namespaces, "namespaces"));
        // An empty list changes nothing, and would never be heard of.
        informers.forEach(informer -> informer.start().whenComplete((done, failed) -> changed()));
        var unused = worker.scheduleWithFixedDelay(this::look, LOOK, LOOK, TimeUnit.MILLISECONDS);
    }

    /** Whether everything has been listed once and is in force. */
    public boolean isSynced() {
        return synced;
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::close);
        worker.shutdownNow();
    }

    private <T extends HasMetadata, R> SharedIndexInformer<T> informer(
            Informable<T> objects, RecordStore<T, R> kept, String name) {
        return objects.withLimit(PAGE)
                .runnableInformer(0)
                .itemStore(kept)
                .removeNamespaceIndex()
                .exceptionHandler((started, problem) -> {
                    // One line for an outage, not one for each attempt.
                    if (outage.began()) {
                        reports.refused(name, List.of("the API server cannot be watched: " + problem.getMessage()));
                    }
                    return true;
                });
    }

    /** Nobody is told of the end of an empty list whose watch does not stand yet, nor that a watch broke and is tried again. */
    private void look() {
        if (!synced) {
            changed();
            return;
        }
        switch (outage.look(informers.stream().allMatch(SharedIndexInformer::isWatching))) {
            case BEGAN ->
                reports.refused(
                        "picture of the cluster",
                        List.of("the API server cannot be watched: its watches ended and do not come back yet"));
            case ENDED -> reports.renewed("watches of the API server");
            case NONE -> {
                // As it was.
            }
        }
    }

    private void changed() {
        if (pending.compareAndSet(false, true)) {
            long rest = TimeUnit.NANOSECONDS.toMillis(restUntil - System.nanoTime());
            var unused = worker.schedule(this::publishOrReport, Math.max(DEBOUNCE, rest), TimeUnit.MILLISECONDS);
        }
    }

    /** A failure must not vanish in the executor: everybody would stay on an old picture, and nobody would notice. */
    private void publishOrReport() {
        long begin = System.nanoTime();
        // Before it is made: a change that comes meanwhile must find out how long to wait.
        restUntil = begin + Math.min(SHARE * lastCost, TimeUnit.MILLISECONDS.toNanos(LONGEST_REST));
        try {
            publish();
            lastCost = System.nanoTime() - begin;
        } catch (RuntimeException e) {
            reports.refused("cluster", List.of("the picture cannot be renewed, by a defect of ours: " + e));
        }
    }

    private void publish() {
        pending.set(false);
        List<SharedIndexInformer<?>> all = informers;
        if (all.isEmpty() || !all.stream().allMatch(SharedIndexInformer::hasSynced)) {
            return;
        }
        Map<String, Map<String, String>> labels = new HashMap<>();
        namespaces.records().forEach(found -> labels.put(found.name(), found.labels()));
        Namespaces known = new Namespaces(labels);
        ClusterPicture picture =
                new ClusterPicture(Optional.of(nodes.records()), Inventory.join(inventories.records()), known);
        ClusterNodes clusterNodes = picture.clusterNodes(transientTaints);
        store.cluster(clusterNodes, known);
        synced = true;
        List<NodeLoss> lost = losses.since(clusterNodes.members());
        if (!lost.isEmpty()) {
            reports.lost(lost);
        }
    }

    private InventoryPart part(ConfigMap configMap) {
        InventoryPart part = inventoryReader.read(ApiObjects.inventory(namespace, configMap));
        if (!part.problems().isEmpty()) {
            reports.remarked(
                    "inventory",
                    part.problems().stream().map(InventoryProblem::describe).toList());
        }
        return part;
    }
}
