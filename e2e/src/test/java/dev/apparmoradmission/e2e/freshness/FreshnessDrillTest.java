package dev.apparmoradmission.e2e.freshness;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The drill of {@code deploy/RUNBOOK.md}: an agent dies, a node reboots, a node is made anew, clocks differ. In real time. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
class FreshnessDrillTest {
    private static final PodDraft WEB = PodDraft.empty("web").container("web", localhost("k8s-web"));
    private static final String LOADED = "k8s-web (enforce)\nother (enforce)\n";
    private static final String LACKING = "other (enforce)\n";
    private static final Duration NONE = Duration.ZERO;

    @TempDir
    Path directory;

    private final List<StandInAgent> agents = new ArrayList<>();
    private long begin;
    private Scene scene;

    @BeforeEach
    void announce(TestInfo test) {
        System.out.println("Timeline: " + test.getDisplayName());
    }

    @AfterEach
    void end() {
        agents.forEach(StandInAgent::close);
    }

    @Test
    void aNodeWhoseAgentDiedIsBelievedUntilMaxAgeAndAgainOnceItIsBack(Stage stage) throws IOException {
        set(stage, "10s");
        agent("node-2", "boot", LOADED, NONE);
        StandInAgent dying = agent("node-1", "boot", LOADED, NONE);
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("both agents publish", "allowed");

        dying.close();
        assertThat(scene.attempt(WEB).ok()).as("the last list is young").isTrue();
        tell("the agent of node-1 was killed", "still allowed");

        Scene.await("a denial", () -> !scene.attempt(WEB).ok());
        String refused = scene.attempt(WEB).message();
        tell("its list is older than maxAge (10s)", refused);
        assertThat(refused)
                .contains("[inventory-unknown]", "1 of 2 eligible nodes", "node-1: inventory", " old")
                .doesNotContain("node-2");
        assertThat(nodes("stale")).isEqualTo(1);
        tell("apparmor_admission_inventory_nodes", "stale " + nodes("stale") + ", enabled " + nodes("enabled"));

        agent("node-1", "boot", LOADED, NONE);
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("the agent of node-1 is back", "allowed");
        assertThat(nodes("stale")).isZero();
    }

    @Test
    void aListFromBeforeARebootIsNotBelieved(Stage stage) throws IOException {
        set(stage, "1h");
        boots("node-1", "boot-1");
        agent("node-2", "boot", LOADED, NONE);
        StandInAgent before = agent("node-1", "boot-1", LOADED, NONE);
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("both agents publish", "allowed");

        before.close();
        boots("node-1", "boot-2");
        Scene.await("a denial", () -> !scene.attempt(WEB).ok());
        String refused = scene.attempt(WEB).message();
        tell("node-1 rebooted: its kubelet reports another boot id", refused);
        assertThat(refused).contains("[inventory-unknown]", "node-1: inventory from before its reboot");
        assertThat(nodes("rebooted")).isEqualTo(1);

        StandInAgent after = agent("node-1", "boot-2", LACKING, NONE);
        Scene.await("the new list", () -> scene.attempt(WEB).message().contains("[localhost-not-loaded]"));
        tell(
                "its agent publishes: the profile is not loaded at boot",
                scene.attempt(WEB).message());
        assertThat(scene.webhook().metrics().sum("apparmor_admission_profile_losses_total", "change=\"vanished\""))
                .isEqualTo(1);
        assertThat(scene.webhook().log()).contains("Profiles vanished or weakened: node \"node-1\", observed at ");

        after.holds(LOADED);
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("the profile is loaded", "allowed");
        assertThat(nodes("rebooted")).isZero();
    }

    @Test
    void theListOfAnEarlierNodeOfThatNameIsNotBelieved(Stage stage) throws IOException {
        set(stage, "1h");
        agent("node-2", "boot", LOADED, NONE);
        StandInAgent before = agent("node-1", "", LOADED, NONE);
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("both agents publish", "allowed");

        before.close();
        ApiServer api = scene.api();
        api.delete("/api/v1/nodes/node-1");
        Scene.await("the node gone", () -> api.get("/api/v1/nodes/node-1").code() == 404);
        api.create("", Manifest.parse("""
                apiVersion: v1
                kind: Node
                metadata: {name: node-1, labels: {kubernetes.io/os: linux, e2e.apparmor-admission.dev/test-node: "true"}}
                """));
        Scene.await("a denial", () -> scene.attempt(WEB).message().contains("[inventory-unknown]"));
        String refused = scene.attempt(WEB).message();
        tell("node-1 was deleted and made anew", refused);
        // Where a controller manager runs, it takes the old node's ConfigMap away after a while.
        assertThat(refused).containsAnyOf("node-1: inventory of an earlier node of that name", "node-1: no inventory");
        assertThat(nodes("enabled")).as("node-2 alone").isEqualTo(1);

        agent("node-1", "", LOADED, NONE);
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("the agent of the new node-1 publishes", "allowed");
        assertThat(nodes("replaced")).isZero();
    }

    @Test
    void clocksThatAreTenMinutesOffGiveNoWrongVerdict(Stage stage) throws IOException {
        set(stage, "1h");
        StandInAgent slow = agent("node-1", "boot", LOADED, Duration.ofMinutes(-10));
        StandInAgent fast = agent("node-2", "boot", LOADED, Duration.ofMinutes(10));
        Scene.await("admission", () -> scene.attempt(WEB).ok());
        tell("node-1 is 10 minutes behind, node-2 10 minutes ahead", "allowed");

        for (StandInAgent agent : List.of(slow, fast)) {
            String node = agent == slow ? "node-1" : "node-2";
            agent.holds(LACKING);
            Scene.await("a denial", () -> scene.attempt(WEB).message().contains("[localhost-not-loaded]"));
            assertThat(scene.attempt(WEB).message()).contains("1 of 2 eligible nodes (" + node + ")");
            tell(node + " lost the profile", scene.attempt(WEB).message());
            agent.holds(LOADED);
            Scene.await("admission", () -> scene.attempt(WEB).ok());
            tell(node + " has it again", "allowed");
        }

        fast.close();
        agent("node-2", "boot", LACKING, NONE);
        Scene.await("a denial", () -> scene.attempt(WEB).message().contains("[localhost-not-loaded]"));
        tell("node-2's clock was set right, and its newest list, which looks older, counts", "denied");
        assertThat(nodes("enabled")).isEqualTo(2);
    }

    private void set(Stage stage, String maxAge) throws IOException {
        Path policy = Files.writeString(directory.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: drill}
                spec:
                  mode: Enforce
                  match: {namespaces: ["e2e-*"]}
                  localhost: {maxAge: %s}
                """.formatted(maxAge));
        scene = stage.set(
                world -> world.policy(policy).nodes(TestNode.containerd("node-1"), TestNode.containerd("node-2")));
        begin = System.nanoTime();
    }

    private StandInAgent agent(String node, String bootId, String profiles, Duration clockAhead) {
        StandInAgent agent = new StandInAgent(scene.api(), node, bootId, profiles, clockAhead);
        agents.add(agent);
        return agent;
    }

    private void boots(String node, String bootId) {
        assertThat(scene.api()
                        .patch(
                                "/api/v1/nodes/" + node + "/status",
                                ApiServer.MERGE_PATCH,
                                "{\"status\":{\"nodeInfo\":{\"bootID\":\"" + bootId + "\"}}}")
                        .ok())
                .isTrue();
    }

    private double nodes(String state) {
        return scene.webhook().metrics().sum("apparmor_admission_inventory_nodes", "state=\"" + state + "\"");
    }

    private void tell(String event, String verdict) {
        System.out.printf(
                Locale.ROOT, "  %6.2f s  %s: %s%n", (System.nanoTime() - begin) / 1e9, event, verdict.strip());
    }
}
