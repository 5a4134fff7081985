package dev.apparmoradmission.e2e.scene;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Cleanup;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import dev.apparmoradmission.e2e.relay.Relay;
import dev.apparmoradmission.e2e.webhook.InstalledWebhook;
import dev.apparmoradmission.e2e.webhook.PlacementRights;
import dev.apparmoradmission.e2e.webhook.Webhook;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An API server with nodes, an inventory, a namespace and, registered, the webhook under some policies. */
public final class Scene implements AutoCloseable {
    private static final String INVENTORY_LABEL = "apparmor-admission.dev/inventory";
    private static final String NODES = "/api/v1/nodes?labelSelector=" + TestNode.MARK;
    private static final String INVENTORIES =
            "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/configmaps?labelSelector=" + INVENTORY_LABEL;
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final TestCluster cluster;
    private final ApiServer api;
    private final Webhook webhook;
    private final String namespace;
    private final Launch launch;
    private final PlacementRights rights;
    private final List<WebhookProcess> replicas = new ArrayList<>();
    private final Cleanup cleanup;

    /** Starts one more webhook like the first. */
    private interface Launch {
        WebhookProcess run() throws IOException;
    }

    private Scene(
            TestCluster cluster,
            ApiServer api,
            Webhook webhook,
            String namespace,
            Launch launch,
            PlacementRights rights) {
        this.cluster = cluster;
        this.api = api;
        this.webhook = webhook;
        this.namespace = namespace;
        this.launch = launch;
        this.rights = rights;
        this.cleanup = new Cleanup(this::stop);
    }

    /** Begins to set a scene. */
    public static Builder on(TestCluster cluster, Settings settings, Path e2e) {
        return new Builder(cluster, settings, e2e);
    }

    /** What is to be there. */
    public static final class Builder {
        private final TestCluster cluster;
        private final Settings settings;
        private final Path e2e;
        private final List<Path> policies = new ArrayList<>();
        private final List<TestNode> nodes = new ArrayList<>();
        private final Map<String, Map<String, String>> inventories = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private boolean placement;
        private int others;
        private @Nullable String namespace;
        private @Nullable InstalledWebhook installed;

        private Builder(TestCluster cluster, Settings settings, Path e2e) {
            this.cluster = cluster;
            this.settings = settings;
            this.e2e = e2e;
        }

        /** A policy file or directory; a relative one is looked for in the shipped {@code policies}. */
        public Builder policy(Path path) {
            policies.add(e2e.resolveSibling("policies").resolve(path));
            return this;
        }

        /** One of the shipped policies. */
        public Builder policy(String name) {
            return policy(Path.of(name));
        }

        public Builder nodes(TestNode... some) {
            nodes.addAll(List.of(some));
            return this;
        }

        /** An inventory ConfigMap: node names and what their kernels list. */
        public Builder inventory(String configMap, Map<String, String> lists) {
            inventories.put(configMap, lists);
            return this;
        }

        /** Dry-run audit mode: the webhook denies and patches nothing. */
        public Builder dryRun() {
            environment.put("APPARMOR_ADMISSION_DRY_RUN", "true");
            return this;
        }

        /** The webhook speaks to the API server through this relay. */
        public Builder through(Relay relay) {
            environment.putAll(relay.environment());
            return this;
        }

        /** A setting of the webhook, as an environment variable. */
        public Builder setting(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        /** The webhook may write what {@code placement: Steer}, {@code Hold} and {@code Pin} need. */
        public Builder placement() {
            placement = true;
            return this;
        }

        /** So many more replicas, started at the same instant as the first. */
        public Builder others(int number) {
            others = number;
            return this;
        }

        /** The webhook is one that is in the cluster already; otherwise a process is started. */
        public Builder installed(InstalledWebhook webhook) {
            installed = webhook;
            return this;
        }

        /** Names the namespace; otherwise it gets a name of its own. */
        public Builder namespace(String name) {
            namespace = name;
            return this;
        }

        /** Sets it, and waits until the API server asks the webhook. */
        public Scene start() throws IOException {
            ApiServer api = ApiServer.of(cluster.kubeconfig());
            clear(api);
            String own = namespace != null ? namespace : "e2e-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
            require(api.create(
                    "", Manifest.parse("{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(own))));
            Answer home = api.create(
                    "",
                    Manifest.parse("{apiVersion: v1, kind: Namespace, metadata: {name: %s}}"
                            .formatted(WebhookProcess.NAMESPACE)));
            if (home.code() != 409) {
                require(home);
            }
            nodes.forEach(node -> api.client().nodes().resource(node.object()).create());
            inventories.forEach((name, lists) -> put(api, name, lists));
            for (String place : List.of(own, "default", WebhookProcess.NAMESPACE)) {
                awaitAccount(api, place);
            }
            PlacementRights rights = new PlacementRights(api, e2e.resolveSibling("deploy"));
            if (placement) {
                rights.grant();
            }
            Launch launch = () -> WebhookProcess.launch(cluster, api, settings, e2e, policies, environment);
            List<CompletableFuture<WebhookProcess>> launching =
                    Stream.generate(() -> launched(launch)).limit(others).toList();
            InstalledWebhook there = installed;
            if (there != null) {
                there.settings(environment);
                there.policies(policies);
                there.register();
            }
            Webhook webhook =
                    there != null ? there : WebhookProcess.start(cluster, api, settings, e2e, policies, environment);
            Scene scene = new Scene(cluster, api, webhook, own, launch, rights);
            launching.forEach(replica -> scene.replicas.add(replica.join()));
            return scene;
        }

        private static CompletableFuture<WebhookProcess> launched(Launch launch) {
            return CompletableFuture.supplyAsync(() -> {
                try {
                    return launch.run();
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
        }

        /** Pods are refused until a controller has made the account they run as. */
        private void awaitAccount(ApiServer api, String place) {
            if (cluster.runsControllers()) {
                await(
                        "default service account in " + place,
                        () -> api.get("/api/v1/namespaces/" + place + "/serviceaccounts/default")
                                .ok());
            }
        }
    }

    private static void clear(ApiServer api) {
        api.delete(NODES);
        api.delete(INVENTORIES);
        await("nodes gone", () -> api.get(NODES).at("/items").isEmpty());
    }

    private static void put(ApiServer api, String name, Map<String, String> lists) {
        ObjectNode map = Manifest.parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, labels: {%s: "true"}}
                """.formatted(name, INVENTORY_LABEL));
        lists.forEach((node, list) -> map.withObjectProperty("data").put(node, list));
        Answer answer = api.create(WebhookProcess.NAMESPACE, map);
        if (answer.code() == 409) {
            answer = api.put(Manifest.collection(map, WebhookProcess.NAMESPACE) + "/" + name, map.toString());
        }
        require(answer);
    }

    private static void require(Answer answer) {
        if (!answer.ok()) {
            throw new IllegalStateException("the scene cannot be set: " + answer.code() + " " + answer.message());
        }
    }

    /** Waits until the condition holds; returns how long it took, in seconds. */
    public static double await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > BOUND.toNanos()) {
                throw new IllegalStateException(
                        String.format(Locale.ROOT, "not within %d s: %s", BOUND.toSeconds(), what));
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, interrupted);
            }
        }
        return (System.nanoTime() - begin) / 1e9;
    }

    public TestCluster cluster() {
        return cluster;
    }

    public ApiServer api() {
        return api;
    }

    public Webhook webhook() {
        return webhook;
    }

    /** The webhook, which is a process of this machine. */
    public WebhookProcess process() {
        if (webhook instanceof WebhookProcess process) {
            return process;
        }
        throw new IllegalStateException("the webhook of this scene is installed in the cluster");
    }

    /** The namespace that belongs to this scene. */
    public String namespace() {
        return namespace;
    }

    /** Publishes an inventory ConfigMap, or a new state of it. */
    public void inventory(String configMap, Map<String, String> lists) {
        put(api, configMap, lists);
    }

    /** One more node joins. */
    public void join(TestNode node) {
        api.client().nodes().resource(node.object()).create();
    }

    /** Starts one more replica of the webhook; the API server goes on asking the first. */
    public WebhookProcess replica() throws IOException {
        WebhookProcess replica = launch.run();
        replicas.add(replica);
        return replica;
    }

    /** Every replica that was started beside the first. */
    public List<WebhookProcess> replicas() {
        return List.copyOf(replicas);
    }

    /** What the webhook may write: given from the start only where the scene was set so. */
    public PlacementRights rights() {
        return rights;
    }

    /** Creates an object in this scene's namespace. */
    public Answer create(JsonNode object) {
        return api.create(namespace, object);
    }

    public Answer create(PodDraft pod) {
        return create(pod.object());
    }

    /** Asks what would become of an object: nothing is stored. */
    public Answer attempt(JsonNode object) {
        return api.create(namespace, object, "?dryRun=All");
    }

    public Answer attempt(PodDraft pod) {
        return attempt(pod.object());
    }

    /** The path of a pod, with a subresource if it starts with {@code /}. */
    public String pod(String name, String subresource) {
        return "/api/v1/namespaces/" + namespace + "/pods/" + name + subresource;
    }

    /** The pod as it is stored. */
    public Answer stored(String name) {
        return api.get(pod(name, ""));
    }

    /** The audit annotations of a request, once they are written. */
    public JsonNode auditAnnotations(Answer answer) {
        List<JsonNode> found = new ArrayList<>();
        await("audit event " + answer.auditId(), () -> {
            try {
                cluster.auditLog().eventsWith(answer.auditId()).forEach(line -> found.add(Manifest.json(line)));
            } catch (IOException failure) {
                throw new IllegalStateException(failure.getMessage(), failure);
            }
            return !found.isEmpty();
        });
        return found.get(found.size() - 1).path("annotations");
    }

    private void stop() {
        replicas.forEach(WebhookProcess::close);
        webhook.close();
        ApiServer hasty = api.hastily();
        try {
            rights.withdraw(hasty);
            hasty.delete("/api/v1/namespaces/" + namespace);
            hasty.delete(NODES);
            hasty.delete(INVENTORIES);
        } catch (IllegalStateException serverGone) {
            // On Ctrl-C a server of ours ends at the same time, with everything in it.
            if (cluster.outlivesUs()) {
                System.err.println("Not cleared away: " + serverGone.getMessage());
            }
        }
        api.close();
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
