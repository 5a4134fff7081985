package dev.apparmoradmission.e2e.outage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The webhook is told to end, as a kubelet tells it, while the API server still has connections to it: nothing fails until
 * the delay of {@code deploy/base/deployment.yaml}, here shorter, is over.
 */
@ExtendWith(RealApiServer.class)
class GracefulEndTest {
    private static final int PODS = 20;

    @Test
    void anEndingWebhookIsNotReadyAndStillJudgesRightly(Stage stage) throws IOException, InterruptedException {
        Scene scene = stage.set(world -> world.policy("baseline.yaml")
                .setting("QUARKUS_SHUTDOWN_DELAY", "8S")
                .setting("QUARKUS_SHUTDOWN_TIMEOUT", "5S"));
        WebhookProcess webhook = scene.process();
        ProcessHandle process = ProcessHandle.of(webhook.pid()).orElseThrow();
        assertThat(create(scene, "RuntimeDefault")).isEqualTo(201);

        long told = System.nanoTime();
        process.destroy();
        Scene.await("not ready any more", () -> !webhook.isReady());
        assertThat(webhook.alive()).isTrue();
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < PODS; i++) {
            answers.add(create(scene, "RuntimeDefault"));
            answers.add(create(scene, "Unconfined"));
            TimeUnit.MILLISECONDS.sleep(100);
        }

        assertThat(webhook.alive()).isTrue();
        Scene.await("ended by itself", () -> !webhook.alive());
        System.out.printf(
                java.util.Locale.ROOT,
                "%d pods judged while it ended, %d of them wrongly or not at all; it ended after %.1f s%n",
                answers.size(),
                answers.stream().filter(code -> code != 201 && code != 403).count(),
                (System.nanoTime() - told) / 1e9);
        for (int i = 0; i < answers.size(); i += 2) {
            assertThat(answers.subList(i, i + 2)).containsExactly(201, 403);
        }
        assertThat(create(scene, "RuntimeDefault")).as("without any webhook").isEqualTo(500);
    }

    private static int create(Scene scene, String type) {
        JsonNode pod = Manifest.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: meanwhile}
                spec:
                  securityContext: {appArmorProfile: {type: %s}}
                  containers: [{name: c, image: none}]
                """.formatted(type));
        return scene.api().create(scene.namespace(), pod, "?dryRun=All").code();
    }
}
