package dev.apparmoradmission.e2e.outage;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.relay.Relay;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The way from the webhook to the API server is cut, while the API server still asks it: what was seen last stays in force, and
 * what happened meanwhile is made up for afterwards.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApiServerOutageTest {
    private static final String LOADED = "# apparmor: enabled\nk8s-nginx (enforce)\n";
    private static final String NONE = "# apparmor: enabled\n";
    private static final int OUTAGES = 5;
    /** Pools of threads fill up when they are first used; a leak would be several threads an outage. */
    private static final int SPARE_THREADS = 4;

    private Scene scene;
    private Relay relay;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        relay = Relay.start();
        scene = stage.set(world -> world.policy("restricted.yaml")
                .through(relay)
                .nodes(TestNode.containerd("n1"), TestNode.containerd("n2"), TestNode.containerd("n3"))
                .inventory("inventory-n1", Map.of("n1", LOADED))
                .inventory("inventory-n2", Map.of("n2", NONE))
                .inventory("inventory-n3", Map.of("n3", LOADED)));
    }

    @AfterAll
    void mend() throws IOException {
        relay.close();
    }

    @Test
    @Order(1)
    void what_was_seen_last_stays_in_force_while_the_api_server_is_away() throws InterruptedException {
        assertThat(relay.received()).as("the watches go through the relay").hasSizeGreaterThanOrEqualTo(3);
        assertThat(allows("n1")).isTrue();
        assertThat(allows("n2")).isFalse();
        assertThat(allows("n3")).isTrue();

        relay.cut();
        // The profile comes to n2 and goes from n1; n3 goes altogether; n4 is new.
        scene.inventory("inventory-n1", Map.of("n1", NONE));
        scene.inventory("inventory-n2", Map.of("n2", LOADED));
        removed("/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/configmaps/inventory-n3");
        removed("/api/v1/nodes/n3");
        scene.api()
                .client()
                .nodes()
                .resource(TestNode.containerd("n4").object())
                .create();
        scene.inventory("inventory-n4", Map.of("n4", LOADED));

        Scene.await("a line in the log", () -> scene.webhook().log().contains("the API server cannot be watched"));
        for (int second = 0; second < 5; second++) {
            assertThat(allows("n1")).isTrue();
            assertThat(allows("n2")).isFalse();
            assertThat(allows("n3")).isTrue();
            assertThat(scene.process().isReady())
                    .as("it answers, so it must get the questions")
                    .isTrue();
            TimeUnit.SECONDS.sleep(1);
        }
        assertThat(scene.webhook().log().split("the API server cannot be watched", -1))
                .as("one line for the outage")
                .hasSize(2);
    }

    @Test
    @Order(2)
    void what_happened_meanwhile_is_made_up_for_when_it_is_back() {
        relay.mend();

        double seconds = Scene.await("the new profile of n2", () -> allows("n2"));
        System.out.printf(Locale.ROOT, "outage: in force %.1f s after the connection came back%n", seconds);
        Scene.await("the profile of n1 is gone", () -> !allows("n1"));
        Scene.await("the new node", () -> allows("n4"));
        Scene.await("a line that it is back", () -> scene.webhook().log().contains("watches of the API server"));
        Answer gone = scene.attempt(pod("n3").field(localhost("k8s-nginx")).selecting("host", "n3"));
        assertThat(gone.warnings())
                .as("n3 vanished during the outage: no node is left for the pod")
                .anyMatch(warning -> warning.contains("no-eligible-node"));
    }

    @Test
    @Order(3)
    void outages_leave_no_threads_behind() {
        outage(0);
        double before = threads();
        for (int i = 1; i <= OUTAGES; i++) {
            outage(i);
        }
        double after = threads();

        System.out.printf(Locale.ROOT, "outage: %.0f threads before %d outages, %.0f after%n", before, OUTAGES, after);
        assertThat(after).isLessThanOrEqualTo(before + SPARE_THREADS);
    }

    /** One more outage, with a change that is seen only after it. */
    private void outage(int number) {
        boolean loaded = number % 2 == 0;
        relay.cut();
        scene.inventory("inventory-n1", Map.of("n1", loaded ? LOADED : NONE));
        relay.mend();
        Scene.await("outage " + number + " is over", () -> allows("n1") == loaded);
    }

    private double threads() {
        return scene.webhook().metrics().sum("jvm_threads_live_threads");
    }

    private boolean allows(String node) {
        PodDraft draft = pod("on-" + node).field(localhost("k8s-nginx")).selecting("host", node);
        return scene.attempt(draft).ok();
    }

    private void removed(String path) {
        Answer answer = scene.api().delete(path);
        assertThat(answer.ok()).as(answer.message()).isTrue();
    }
}
