package dev.apparmoradmission.e2e.install;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.TestNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Nodes without machines that say that they are ready: a scheduler takes them for what they say. */
final class ReadyNodes implements AutoCloseable {
    private final ApiServer api;
    private final List<String> names;

    ReadyNodes(ApiServer api, String... names) {
        this.api = api;
        this.names = List.of(names);
        for (String name : names) {
            api.client()
                    .nodes()
                    .resource(TestNode.containerd(name).withRoom().object())
                    .create();
        }
        beat();
    }

    /** As a kubelet does, so that nobody takes them for dead. */
    void beat() {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        for (String name : names) {
            Answer answer = api.patch("/api/v1/nodes/" + name + "/status", ApiServer.MERGE_PATCH, """
                    {"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady",
                      "lastHeartbeatTime": "%1$s", "lastTransitionTime": "%1$s"}]}}
                    """.formatted(now));
            if (!answer.ok()) {
                throw new IllegalStateException("the node " + name + ": " + answer.message());
            }
        }
    }

    @Override
    public void close() {
        names.forEach(name -> api.delete("/api/v1/nodes/" + name));
    }
}
