package dev.apparmoradmission.e2e.freshness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Publishes the inventory of a node every second, as the agent does every few hours, from a kernel of our making. */
final class StandInAgent implements AutoCloseable {
    private final ApiServer api;
    private final String node;
    private final Duration clockAhead;
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
    private volatile String bootId;
    private volatile String profiles;

    /** @param clockAhead how far the node's clock is ahead; negative if it is behind */
    StandInAgent(ApiServer api, String node, String bootId, String profiles, Duration clockAhead) {
        this.api = api;
        this.node = node;
        this.bootId = bootId;
        this.profiles = profiles;
        this.clockAhead = clockAhead;
        publish();
        var unused = clockwork.scheduleWithFixedDelay(this::publishOrWait, 1, 1, TimeUnit.SECONDS);
    }

    /** What the kernel holds from now on; published at once. */
    void holds(String list) {
        profiles = list;
        publish();
    }

    private void publishOrWait() {
        try {
            publish();
        } catch (IllegalStateException later) {
            // As the agent: the next time may do.
        }
    }

    private synchronized void publish() {
        String uid = api.get("/api/v1/nodes/" + node).at("/metadata/uid").asText();
        ObjectNode map = Manifest.parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: apparmor-inventory-%s
                  labels: {apparmor-admission.dev/inventory: "true"}
                  ownerReferences: [{apiVersion: v1, kind: Node, name: %s, uid: "%s"}]
                """.formatted(node, node, uid));
        map.withObjectProperty("data")
                .put(
                        node,
                        "# apparmor: enabled\n# observed-at: "
                                + Instant.now().plus(clockAhead).truncatedTo(ChronoUnit.SECONDS) + "\n# boot-id: "
                                + bootId + "\n" + profiles);
        String name = map.at("/metadata/name").asText();
        Answer answer = api.put(Manifest.collection(map, WebhookProcess.NAMESPACE) + "/" + name, map.toString());
        if (answer.code() == 404) {
            answer = api.create(WebhookProcess.NAMESPACE, map);
        }
        if (!answer.ok()) {
            throw new IllegalStateException("not published: " + answer.code() + " " + answer.message());
        }
    }

    /** It dies, and its list stays. */
    @Override
    public void close() {
        clockwork.shutdownNow();
        try {
            clockwork.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
