package dev.apparmoradmission.e2e.scale;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A fleet in an API server: made, kept alive, and changed as agents would change it. */
final class Population implements AutoCloseable {
    /** By this label everything of a fleet is found again. */
    static final String MARK = "e2e.apparmor-admission.dev/fleet";

    private static final int WRITERS = 8;
    /** How often a kubelet sends its status where nothing changes (nodeStatusReportFrequency). */
    private static final Duration HEARTBEAT = Duration.ofMinutes(5);

    private final ApiServer api;
    private final Fleet fleet;
    private final ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(4);
    private final AtomicInteger updates = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    Population(ApiServer api, Fleet fleet) {
        this.api = api;
        this.fleet = fleet;
    }

    /** Makes all nodes and their inventories; returns how long that took. */
    Duration create() throws InterruptedException {
        long begin = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < fleet.size(); i++) {
            int number = i;
            all.add(writers.submit(() -> create(number)));
        }
        for (Future<?> one : all) {
            try {
                one.get();
            } catch (ExecutionException failure) {
                throw new IllegalStateException("the fleet cannot be made: " + failure.getCause(), failure);
            }
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private void create(int number) {
        Answer node = api.create("", fleet.node(number, MARK));
        require(node);
        ObjectNode map =
                Fleet.configMap(Fleet.name(number), node.at("/metadata/uid").asText(), list(number, List.of()));
        map.withObjectProperty("metadata").withObjectProperty("labels").put(MARK, "true");
        require(api.create(WebhookProcess.NAMESPACE, map));
    }

    private String list(int number, List<String> more) {
        return fleet.list(
                number, Fleet.bootId(number), Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS), more);
    }

    /** Publishes a node's list anew, with these profiles besides. */
    Answer publish(int number, List<String> more) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("data").put(Fleet.name(number), list(number, more));
        return api.patch(
                "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/configmaps/apparmor-inventory-"
                        + Fleet.name(number),
                ApiServer.MERGE_PATCH,
                patch.toString());
    }

    /**
     * Begins to change inventories: three of four updates bring a profile to a node or take it away, as a rollout does; the
     * fourth is a mere refresh. The first nodes are left alone, for the probes.
     */
    void churn(int perSecond, int spared) {
        Random random = new Random(20_261_122);
        java.util.BitSet rolledOut = new java.util.BitSet();
        every(1e9 / perSecond, () -> {
            int number;
            List<String> more;
            synchronized (rolledOut) {
                number = spared + random.nextInt(fleet.size() - spared);
                if (random.nextInt(4) > 0) {
                    rolledOut.flip(number);
                }
                more = rolledOut.get(number) ? List.of(Fleet.ROLLOUT) : List.of();
            }
            count(publish(number, more));
            updates.incrementAndGet();
        });
    }

    /** Begins to send what kubelets send, at their pace. */
    void heartbeats() {
        AtomicInteger next = new AtomicInteger();
        every((double) HEARTBEAT.toNanos() / fleet.size(), () -> {
            ObjectNode patch =
                    Manifest.parse("""
                    status: {conditions: [{type: Ready, lastHeartbeatTime: "%s"}]}
                    """.formatted(Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)));
            String node = Fleet.name(next.getAndIncrement() % fleet.size());
            count(api.patch("/api/v1/nodes/" + node + "/status", ApiServer.STRATEGIC_PATCH, patch.toString()));
        });
    }

    /** How many inventory updates the churn has made so far. */
    int updates() {
        return updates.get();
    }

    /** How many writes were refused. */
    int refused() {
        return refused.get();
    }

    private void every(double nanos, Runnable work) {
        var unused = clock.scheduleAtFixedRate(
                () -> writers.execute(() -> {
                    try {
                        work.run();
                    } catch (IllegalStateException noAnswer) {
                        refused.incrementAndGet();
                    }
                }),
                0,
                Math.max(1, Math.round(nanos)),
                TimeUnit.NANOSECONDS);
    }

    private void count(Answer answer) {
        if (!answer.ok()) {
            refused.incrementAndGet();
        }
    }

    /** Removes everything, for a server that others use after us. */
    void remove() {
        String selector = "?labelSelector=" + MARK;
        api.delete("/api/v1/nodes" + selector);
        api.delete("/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/configmaps" + selector);
    }

    private static void require(Answer answer) {
        if (!answer.ok()) {
            throw new IllegalStateException(answer.code() + " " + answer.message());
        }
    }

    /** Stops to change anything. */
    @Override
    public void close() {
        clock.shutdownNow();
        writers.shutdownNow();
    }
}
