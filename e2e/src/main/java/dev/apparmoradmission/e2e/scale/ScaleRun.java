package dev.apparmoradmission.e2e.scale;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.cluster.Child;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import dev.apparmoradmission.e2e.relay.Relay;
import dev.apparmoradmission.e2e.webhook.Metrics;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Runs the webhook against a simulated fleet and measures it: at rest, while inventories change, and while it is asked as well. */
public final class ScaleRun {
    private static final Duration SETTLE = Duration.ofSeconds(15);
    private static final Duration VERDICT = Duration.ofSeconds(60);
    private static final String PROBE = "k8s-probe";
    /** Nodes at the beginning of the fleet that are changed by probes only. */
    private static final int SPARED = 10;

    private static final double MIB = 1024.0 * 1024;

    private final TestCluster cluster;
    private final Settings settings;
    private final Path e2e;
    private final Options options;
    private final Figures figures = new Figures();

    /**
     * Prepares a run.
     *
     * @param cluster the API server; the fleet is removed from it at the end
     * @param e2e the directory of this project
     */
    public ScaleRun(TestCluster cluster, Settings settings, Path e2e, Options options) {
        this.cluster = cluster;
        this.settings = settings;
        this.e2e = e2e;
        this.options = options;
    }

    private record Mark(
            long nanos, Consumption consumption, List<Long> received, Metrics metrics, Metrics server, int updates) {}

    /** Runs, and returns what was measured. */
    public Figures measure() throws IOException, InterruptedException {
        try (ApiServer api = ApiServer.of(cluster.kubeconfig());
                Relay relay = Relay.start()) {
            Fleet fleet = new Fleet(options.nodes());
            // The namespace of the inventories comes with the webhook's account, so it is made by a webhook that sees
            // an empty cluster.
            try (WebhookProcess empty = webhook(api, relay)) {
                figures.put("webhook in an empty cluster", "%s", memory(empty));
            }
            try (Population population = new Population(api, fleet)) {
                try {
                    figures.put(
                            "fleet",
                            "%d nodes and as many inventories, made in %.0f s",
                            fleet.size(),
                            population.create().toMillis() / 1e3);
                    run(api, relay, population);
                } finally {
                    population.remove();
                }
            }
        }
        return figures;
    }

    private WebhookProcess webhook(ApiServer api, Relay relay) throws IOException {
        return WebhookProcess.start(
                cluster,
                api,
                settings,
                e2e,
                List.of(e2e.resolveSibling("policies").resolve("restricted.yaml")),
                relay.environment(),
                options.jvm());
    }

    private void run(ApiServer api, Relay relay, Population population) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(
                "apparmor-scale", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        List<AutoCloseable> started = new ArrayList<>();
        try {
            if (options.kwok().isPresent()) {
                started.add(kwok(options.kwok().get(), directory));
                TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
            } else {
                population.heartbeats();
            }
            long before = relay.received().stream().mapToLong(Long::longValue).sum();
            try (WebhookProcess webhook = webhook(api, relay)) {
                figures.put(
                        "start to ready, with all lists",
                        "%.1f s; %.1f MiB received until then",
                        webhook.startUp().toMillis() / 1e3,
                        (relay.received().stream().mapToLong(Long::longValue).sum() - before) / MIB);
                phases(api, relay, population, webhook);
            }
        } finally {
            for (AutoCloseable one : started) {
                try {
                    one.close();
                } catch (Exception failure) {
                    throw new IllegalStateException("cannot be stopped", failure);
                }
            }
            dev.apparmoradmission.e2e.cluster.Directories.remove(directory);
        }
    }

    private Child kwok(String program, Path directory) throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), cluster.kubeconfig());
        return Child.start(
                "kwok",
                List.of(
                        program,
                        "--kubeconfig=" + kubeconfig,
                        "--config=" + e2e.resolve("bench/kwok/stages.yaml"),
                        "--manage-nodes-with-label-selector=" + Population.MARK,
                        // Leases are not what the webhook watches: a longer one spares the machine 500 writes a second.
                        "--node-lease-duration-seconds=600"),
                Map.of("HOME", directory.toString()),
                directory.resolve("kwok.log"),
                Duration.ofSeconds(5));
    }

    private void phases(ApiServer api, Relay relay, Population population, WebhookProcess webhook)
            throws IOException, InterruptedException {
        Reviewer reviewer = new Reviewer(webhook);
        sanity(reviewer);
        TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
        Mark rest = mark(api, relay, population, webhook);
        TimeUnit.MILLISECONDS.sleep(options.duration().toMillis());
        Mark resting = mark(api, relay, population, webhook);
        tell("at rest", rest, resting);
        figures.put("memory at rest", "%s", memory(webhook));

        population.churn(options.churn(), SPARED);
        TimeUnit.MILLISECONDS.sleep(Duration.ofSeconds(5).toMillis());
        Mark churn = mark(api, relay, population, webhook);
        TimeUnit.MILLISECONDS.sleep(options.duration().toMillis());
        Mark churning = mark(api, relay, population, webhook);
        tell("churn", churn, churning);

        probe(population, reviewer);
        ask(webhook, reviewer);
        figures.put("memory after churn", "%s", memory(webhook));
        figures.put("writes that the API server refused", "%d", population.refused());
    }

    /** What is measured must be right: verdicts that are known before anything changes. */
    private static void sanity(Reviewer reviewer) {
        JsonNode general = Reviewer.pod("k8s-general-0", "pool", "general");
        JsonNode elsewhere = Reviewer.pod("k8s-general-0", "pool", "web");
        JsonNode complain = Reviewer.pod("k8s-general-7", "pool", "general");
        if (!reviewer.allows(general) || reviewer.allows(elsewhere) || reviewer.allows(complain)) {
            throw new IllegalStateException("the webhook does not know the fleet as it is");
        }
    }

    private void tell(String phase, Mark from, Mark to) {
        double seconds = (to.nanos() - from.nanos()) / 1e9;
        double cpu = to.consumption().cpuSeconds() - from.consumption().cpuSeconds();
        figures.put(
                phase + ": CPU",
                "%.2f %% of a core (%s)",
                100 * cpu / seconds,
                threads(from.consumption(), to.consumption(), seconds));
        List<String> rates = new ArrayList<>();
        long all = 0;
        for (int i = 0; i < to.received().size(); i++) {
            long bytes = to.received().get(i)
                    - (i < from.received().size() ? from.received().get(i) : 0);
            all += bytes;
            if (bytes / seconds >= 100) {
                rates.add(String.format(Locale.ROOT, "%.1f", bytes / seconds / 1024));
            }
        }
        figures.put(
                phase + ": watch traffic",
                "%.1f KiB/s on the wire (connections with more than a trickle: %s)",
                all / seconds / 1024,
                rates.isEmpty() ? "none" : String.join(", ", rates));
        double heartbeats = nodeStatusWrites(to) - nodeStatusWrites(from);
        int updates = to.updates() - from.updates();
        figures.put(
                phase + ": what changes",
                "%.1f node heartbeats and %.1f inventories a second",
                heartbeats / seconds,
                updates / seconds);
        figures.put(
                phase + ": garbage collection",
                "%.2f %% of a core, %.0f collections",
                100 * grown("jvm_gc_pause_seconds_sum", from, to) / seconds,
                grown("jvm_gc_pause_seconds_count", from, to));
        figures.put(phase + ": resident", "%.1f MiB", to.consumption().residentBytes() / MIB);
    }

    private static double nodeStatusWrites(Mark mark) {
        return mark.server()
                .sum("apiserver_request_total", "resource=\"nodes\"", "subresource=\"status\"", "verb=\"PATCH\"");
    }

    private static double grown(String metric, Mark from, Mark to) {
        return to.metrics().sum(metric) - from.metrics().sum(metric);
    }

    private static String threads(Consumption from, Consumption to, double seconds) {
        Map<String, Double> used = new TreeMap<>();
        to.byThread()
                .forEach((name, all) -> used.put(name, all - from.byThread().getOrDefault(name, 0.0)));
        return used.entrySet().stream()
                .filter(entry -> entry.getValue() / seconds >= 0.0005)
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(6)
                .map(entry -> String.format(Locale.ROOT, "%s %.2f", entry.getKey(), 100 * entry.getValue() / seconds))
                .collect(Collectors.joining(", "));
    }

    private Mark mark(ApiServer api, Relay relay, Population population, WebhookProcess webhook) throws IOException {
        Metrics server = new Metrics(api.client().raw("/metrics"));
        return new Mark(
                System.nanoTime(),
                Consumption.of(webhook.pid()),
                relay.received(),
                webhook.metrics(),
                server,
                population.updates());
    }

    private static String memory(WebhookProcess webhook) throws IOException, InterruptedException {
        double resident = Consumption.of(webhook.pid()).residentBytes() / MIB;
        List<String> classes = new ArrayList<>();
        double heap = Consumption.liveHeap(webhook.pid(), 12, classes) / MIB;
        classes.forEach(line -> System.out.println("  " + line));
        return String.format(Locale.ROOT, "%.1f MiB of live heap, %.1f MiB resident", heap, resident);
    }

    /** The time from an inventory change to the changed verdict, in both directions. */
    private void probe(Population population, Reviewer reviewer) throws InterruptedException {
        List<Long> sinceSent = new ArrayList<>();
        List<Long> sinceStored = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < options.probes(); i++) {
            int number = (i / 2) % SPARED;
            boolean loaded = i % 2 == 0;
            JsonNode pod = Reviewer.pod(PROBE, "kubernetes.io/hostname", Fleet.name(number));
            // Not in step with anything that has a rhythm.
            TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
            long sent = System.nanoTime();
            Answer answer = population.publish(number, loaded ? List.of(PROBE + " (enforce)") : List.of());
            long stored = System.nanoTime();
            if (!answer.ok()) {
                throw new IllegalStateException("the probe was not stored: " + answer.code() + " " + answer.message());
            }
            while (reviewer.allows(pod) != loaded) {
                if (System.nanoTime() - stored > VERDICT.toNanos()) {
                    throw new IllegalStateException(
                            "the verdict did not follow the inventory of " + Fleet.name(number));
                }
                TimeUnit.MILLISECONDS.sleep(2);
            }
            long followed = System.nanoTime();
            sinceSent.add(followed - sent);
            sinceStored.add(followed - stored);
        }
        figures.put("inventory change sent to changed verdict, under churn", "%s", Figures.quantiles(sinceSent));
        figures.put("inventory change stored to changed verdict, under churn", "%s", Figures.quantiles(sinceStored));
    }

    /** What answers cost under churn: as the client sees it over TLS, and by the webhook's own measure. */
    private void ask(WebhookProcess webhook, Reviewer reviewer) throws InterruptedException {
        List<JsonNode> pods = List.of(
                Reviewer.pod(Fleet.COMMON, "kubernetes.io/os", "linux"),
                Reviewer.pod("k8s-web-1", "pool", "web"),
                Reviewer.pod(Fleet.COMMON, "kubernetes.io/hostname", Fleet.name(17)));
        Metrics before = webhook.metrics();
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + options.duration().toNanos();
        while (System.nanoTime() < end) {
            JsonNode pod = pods.get(times.size() % pods.size());
            long begin = System.nanoTime();
            reviewer.allows(pod);
            times.add(System.nanoTime() - begin);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        Metrics after = webhook.metrics();
        double decisions = after.sum("apparmor_admission_decision_seconds_count")
                - before.sum("apparmor_admission_decision_seconds_count");
        double seconds = after.sum("apparmor_admission_decision_seconds_sum")
                - before.sum("apparmor_admission_decision_seconds_sum");
        figures.put("review over TLS, under churn", "%s", Figures.quantiles(times));
        figures.put(
                "decision, under churn, by the webhook's own measure",
                "mean %.0f µs of %.0f",
                decisions == 0 ? 0 : seconds / decisions * 1e6,
                decisions);
    }
}
