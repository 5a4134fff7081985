package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.stage.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A pod wants a profile of its own, on three nodes of which not all have it yet. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestrictedNginxTest {
    private static final PodDraft NGINX = PodDraft.empty("restricted-nginx").container("nginx", localhost("k8s-nginx"));
    private static final String LOADED = "# apparmor: enabled\nk8s-nginx (enforce)\nother (enforce)\n";
    private static final String LACKING = "# apparmor: enabled\nother (enforce)\n";
    private static final String COMPLAINING = "# apparmor: enabled\nk8s-nginx (complain)\nother (enforce)\n";

    private Scene scene;

    @BeforeEach
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.containerd("node-1"), TestNode.containerd("node-2"), TestNode.containerd("node-3"))
                .inventory("inventory-1", Map.of("node-1", LOADED))
                .inventory("inventory-2", Map.of("node-2", LOADED))
                .inventory("inventory-3", Map.of("node-3", LACKING)));
    }

    @Test
    void itIsRejectedWhileOneOfThreeNodesLacksTheProfileAndAdmittedSoonAfterThatNodeHasIt() {
        awaitLists();
        Answer rejected = scene.create(NGINX);

        assertThat(rejected.code()).isEqualTo(403);
        assertThat(rejected.reason()).isEqualTo("Forbidden");
        assertThat(rejected.message())
                .startsWith("admission webhook \"validate.apparmor-admission.dev\" denied the request: AppArmor: "
                        + "container \"nginx\" (spec.containers[0]): ")
                .contains("\"k8s-nginx\"", "1 of 3 eligible nodes (node-3)", "[localhost-not-loaded]");
        assertThat(scene.create(NGINX).message())
                .as("the same text on every retry")
                .isEqualTo(rejected.message());
        assertThat(rejected.at("/details/causes/0/field").asText()).isEqualTo("spec.containers[0]");
        assertThat(rejected.at("/details/causes/0/reason").asText()).isEqualTo("localhost-not-loaded");
        assertThat(scene.stored("restricted-nginx").code()).isEqualTo(404);

        String incarnation = scene.webhook().incarnation();
        scene.inventory("inventory-3", Map.of("node-3", LOADED));
        double seconds = Scene.await(
                "restricted-nginx is admitted", () -> scene.create(NGINX).ok());
        System.out.printf(Locale.ROOT, "The pod was admitted %.2f s after the inventory changed%n", seconds);

        assertThat(scene.webhook().alive()).isTrue();
        assertThat(scene.webhook().incarnation()).isEqualTo(incarnation);
        assertThat(Profiles.of(scene.stored("restricted-nginx").body())).isEqualTo("P=- nginx=LH(k8s-nginx)");
    }

    /** A webhook that was there before the scene follows the cluster, and does not know a list the moment that it is made. */
    private void awaitLists() {
        Scene.await("the lists are known", () -> scene.attempt(NGINX).message().contains("[localhost-not-loaded]"));
    }

    @Test
    void itIsRejectedWhereTheProfileOnlyComplains() {
        scene.inventory("inventory-3", Map.of("node-3", COMPLAINING));
        Scene.await(
                "the mode is the reason", () -> scene.attempt(NGINX).message().contains("[localhost-mode]"));

        Answer rejected = scene.create(NGINX);

        assertThat(rejected.code()).isEqualTo(403);
        assertThat(rejected.message())
                .contains("\"k8s-nginx\"", "complain", "node-3", "[localhost-mode]")
                .doesNotContain("[localhost-not-loaded]");
    }

    @Test
    void aPersonAtATerminalReadsTheReasonAndTheWayOut(@TempDir Path directory) throws IOException {
        awaitLists();
        Terminal.Seen seen = new Terminal(scene, directory).create(NGINX.object());

        assertThat(seen.succeeded()).isFalse();
        assertThat(seen.text())
                .contains(
                        "Error from server (Forbidden)", "container \"nginx\"", "node-3", "[localhost-not-loaded] - ");
    }

    @Test
    void aNodeThatJoinsWithoutAnInventoryCountsAsUnknown() {
        scene.inventory("inventory-3", Map.of("node-3", LOADED));
        Scene.await("admission", () -> scene.attempt(NGINX).ok());

        scene.api()
                .client()
                .nodes()
                .resource(new io.fabric8.kubernetes.api.model.NodeBuilder()
                        .withNewMetadata()
                        .withName("node-4")
                        .addToLabels("kubernetes.io/os", "linux")
                        .addToLabels("e2e.apparmor-admission.dev/test-node", "true")
                        .endMetadata()
                        .build())
                .create();

        Scene.await("a denial", () -> scene.attempt(NGINX).code() == 403);
        assertThat(scene.attempt(NGINX).message()).contains("[inventory-unknown]", "node-4");
        assertThat(scene.attempt(pod("elsewhere")).ok())
                .as("a pod without a named profile")
                .isTrue();
    }
}
