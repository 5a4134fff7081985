package dev.apparmoradmission.e2e.outage;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.relay.Relay;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the webhook asks of the API server takes two seconds longer, from its start on, handshakes too. */
@ExtendWith(RealApiServer.class)
class SlowApiServerTest {
    private static final String LOADED = "# apparmor: enabled\nk8s-nginx (enforce)\n";
    private static final String NONE = "# apparmor: enabled\n";
    private static final String PREFIX = "profile.apparmor-admission.node-restriction.kubernetes.io/";
    private static final int REVIEWS = 40;

    @TempDir
    Path directory;

    @Test
    void aSlowApiServerDelaysTheStartAndTheNewsAndNoVerdict(Stage stage) throws IOException, InterruptedException {
        Path policy = Files.writeString(directory.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: slow}
                spec:
                  match: {excludeNamespaces: [kube-system]}
                  defaultProfile: {type: RuntimeDefault}
                  localhost: {placement: Steer}
                """);
        try (Relay relay = Relay.start()) {
            relay.slow(Duration.ofSeconds(2));
            Scene scene = stage.set(world -> world.policy(policy)
                    .placement()
                    .through(relay)
                    .nodes(TestNode.containerd("n1"))
                    .inventory("inventory-n1", Map.of("n1", NONE)));
            tell("ready", scene.process().startUp().toMillis() / 1e3);

            long[] took = new long[REVIEWS];
            for (int i = 0; i < REVIEWS; i++) {
                long begin = System.nanoTime();
                int code = scene.attempt(pod("while").field(i % 2 == 0 ? runtimeDefault() : unconfined()))
                        .code();
                took[i] = System.nanoTime() - begin;
                assertThat(code).isEqualTo(i % 2 == 0 ? 201 : 403);
            }
            Arrays.sort(took);
            tell(REVIEWS + " verdicts, each at most", took[REVIEWS - 1] / 1e9);

            tell("a leader", Scene.await("a leader", () -> leads(scene)));
            scene.inventory("inventory-n1", Map.of("n1", LOADED));
            tell(
                    "a profile that was loaded is in the node's labels",
                    Scene.await(
                            "the label",
                            () -> scene.api()
                                    .get("/api/v1/nodes/n1")
                                    .at("/metadata/labels")
                                    .toString()
                                    .contains(PREFIX + "k8s-nginx")));
            assertThat(scene.attempt(pod("steered").field(localhost("k8s-nginx")))
                            .code())
                    .isEqualTo(201);

            // Longer than a Lease lasts.
            for (int i = 0; i < 20; i++) {
                assertThat(leads(scene)).as("it leads on").isTrue();
                TimeUnit.SECONDS.sleep(1);
            }
            assertThat(scene.process().log()).doesNotContain("\tat ");
        }
    }

    private static boolean leads(Scene scene) {
        return scene.process().metrics().sum("apparmor_admission_leader") == 1;
    }

    private static void tell(String what, double seconds) {
        System.out.printf(Locale.ROOT, "API server 2 s slower: %s: %.1f s%n", what, seconds);
    }
}
