package dev.apparmoradmission.e2e.placement;

import static dev.apparmoradmission.e2e.placement.Fleet.GATE;
import static dev.apparmoradmission.e2e.placement.Fleet.LACKING;
import static dev.apparmoradmission.e2e.placement.Fleet.LOADED;
import static dev.apparmoradmission.e2e.placement.Fleet.patient;
import static dev.apparmoradmission.e2e.placement.Fleet.roomy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.Workloads;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, the profile is missing on the third, and the policy holds pods back until it comes. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HoldTest {
    private Scene scene;
    private Fleet fleet;

    @BeforeAll
    void begin(Stage stage, @TempDir Path directory) throws IOException {
        scene = Fleet.set(
                stage,
                directory,
                "localhost: {placement: Hold}\n",
                world -> world.placement()
                        .setting("APPARMOR_ADMISSION_HOLD_DEADLINE", "4S")
                        .nodes(roomy("node-1"), roomy("node-2"), roomy("node-3"))
                        .inventory("inventory-node-1", Map.of("node-1", LOADED))
                        .inventory("inventory-node-2", Map.of("node-2", LOADED))
                        .inventory("inventory-node-3", Map.of("node-3", LACKING)));
        fleet = new Fleet(scene);
    }

    @BeforeEach
    void theThirdNodeLacksIt() {
        fleet.report("node-3", LACKING);
        Scene.await(
                "the profile is missing",
                () -> scene.attempt(patient("probe", "k8s-nginx"))
                        .at("/spec/schedulingGates/0/name")
                        .asText()
                        .equals(GATE));
    }

    @Test
    void aPodWaitsAndSaysWhyAndGoesWhenTheProfileComes() {
        Answer created = scene.create(patient("waiting", "k8s-nginx"));

        assertThat(created.code()).as(created.message()).isEqualTo(201);
        assertThat(created.warnings()).anySatisfy(warning -> assertThat(warning).contains("k8s-nginx", "node-3"));
        assertThat(fleet.gates("waiting")).containsExactly(GATE);
        Scene.await("a condition", () -> !condition("waiting").isMissingNode());
        assertThat(condition("waiting").path("status").asText()).isEqualTo("False");
        assertThat(condition("waiting").path("reason").asText()).isEqualTo("ProfileNotLoaded");
        assertThat(condition("waiting").path("message").asText())
                .contains("container \"c\" (spec.containers[0])", "\"k8s-nginx\"", "node-3");
        assertThat(fleet.condition("waiting", "PodScheduled").path("reason").asText())
                .isEqualTo("SchedulingGated");

        fleet.report("node-3", LOADED);
        double lifted =
                Scene.await("the gate is lifted", () -> fleet.gates("waiting").isEmpty());
        double bound = fleet.awaitBound("waiting");
        System.out.printf(
                Locale.ROOT,
                "Hold: the gate was lifted %.2f s after the inventory, the pod bound %.2f s after that%n",
                lifted,
                bound);
        Scene.await(
                "the condition",
                () -> condition("waiting").path("status").asText().equals("True"));
        assertThat(condition("waiting").path("reason").asText()).isEqualTo("ProfilesLoaded");
        Scene.await("the events", () -> fleet.events("waiting").size() >= 2);
        assertThat(fleet.events("waiting"))
                .containsExactlyInAnyOrder("Warning AppArmorHeld", "Normal AppArmorReleased");
        assertThat(scene.webhook().metrics().sum("apparmor_admission_hold_seconds_count"))
                .isPositive();
    }

    @Test
    void afterTheDeadlineItWarnsOnceAndWaitsOn() {
        fleet.given(patient("overdue", "k8s-nginx"));
        Scene.await(
                "DeadlineExceeded",
                () -> condition("overdue").path("reason").asText().equals("DeadlineExceeded"));
        assertThat(condition("overdue").path("message").asText()).startsWith("still waiting after 4 s: ");
        // Another change of the inventory makes the leader look again.
        fleet.report("node-3", "# apparmor: enabled\nyet-another (enforce)\n");
        Scene.await("the events", () -> fleet.events("overdue").size() >= 2);
        assertThat(fleet.events("overdue"))
                .containsExactlyInAnyOrder("Warning AppArmorHeld", "Warning AppArmorHoldDeadlineExceeded");
        assertThat(fleet.gates("overdue")).containsExactly(GATE);
        assertThat(fleet.nodeOf("overdue")).isEmpty();

        fleet.report("node-3", LOADED);
        fleet.awaitBound("overdue");
        Scene.await("the events", () -> fleet.events("overdue").contains("Normal AppArmorReleased"));
        assertThat(fleet.events("overdue")).hasSize(3);
    }

    @Test
    void nobodyLiftsTheGateByHandWhileItIsNeeded() {
        fleet.given(patient("impatient", "k8s-nginx"));

        Answer lifted = scene.api()
                .patch(scene.pod("impatient", ""), ApiServer.MERGE_PATCH, "{\"spec\": {\"schedulingGates\": null}}");

        assertThat(lifted.code()).as(lifted.message()).isEqualTo(403);
        assertThat(lifted.message()).contains("[localhost-not-loaded]", "(node-3)");
        assertThat(fleet.gates("impatient")).containsExactly(GATE);
    }

    @Test
    void aSelectorThatLeavesOnlyNodesWithTheProfileEndsTheWait() {
        fleet.given(patient("narrowed", "k8s-nginx"));

        Answer narrowed = scene.api()
                .patch(
                        scene.pod("narrowed", ""),
                        ApiServer.MERGE_PATCH,
                        "{\"spec\": {\"nodeSelector\": {\"host\": \"node-2\"}}}");

        assertThat(narrowed.code()).as(narrowed.message()).isEqualTo(200);
        fleet.awaitBound("narrowed");
        assertThat(fleet.nodeOf("narrowed")).contains("node-2");
    }

    @Test
    void anAffinityAppendedWhileItWaitsIsJudgedToo() {
        fleet.given(patient("appended", "k8s-nginx").with("""
                affinity:
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                      - matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]
                """));
        String expressions = "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                + "/nodeSelectorTerms/0/matchExpressions/-";

        Answer appended =
                scene.api().patch(scene.pod("appended", ""), ApiServer.JSON_PATCH, """
                        [{"op": "add", "path": "%s", "value": {"key": "host", "operator": "In", "values": ["node-1"]}}]
                        """.formatted(expressions));

        assertThat(appended.code()).as(appended.message()).isEqualTo(200);
        fleet.awaitBound("appended");
        assertThat(fleet.nodeOf("appended")).contains("node-1");
    }

    @Test
    void aTolerationThatOpensANodeWithoutTheProfileKeepsItWaiting() {
        scene.join(roomy("node-7").tainted("special", "yes", "NoSchedule"));
        fleet.report("node-7", LACKING);
        try {
            fleet.given(patient("opened", "k8s-nginx"));
            Answer tolerated = scene.api().patch(scene.pod("opened", ""), ApiServer.JSON_PATCH, """
                            [{"op": "add", "path": "/spec/tolerations/-", "value": {"key": "special", "operator": "Exists"}}]
                            """);
            assertThat(tolerated.code()).as(tolerated.message()).isEqualTo(200);
            fleet.report("node-3", LOADED);
            Scene.await("the condition names node-7 alone", () -> {
                String message = condition("opened").path("message").asText();
                return message.contains("node-7") && !message.contains("node-3");
            });
            assertThat(fleet.gates("opened")).containsExactly(GATE);

            fleet.report("node-7", LOADED);
            fleet.awaitBound("opened");
        } finally {
            scene.api().delete("/api/v1/nodes/node-7");
        }
    }

    @Test
    void aGateOfSomebodyElseStays() {
        fleet.given(patient("quota", "k8s-nginx").with("schedulingGates: [{name: example.com/quota}]"));
        assertThat(fleet.gates("quota")).containsExactly("example.com/quota", GATE);

        fleet.report("node-3", LOADED);

        Scene.await("ours is lifted", () -> fleet.gates("quota").size() == 1);
        assertThat(fleet.gates("quota")).containsExactly("example.com/quota");
    }

    @Test
    void aNodeWithoutAnInventoryIsAReasonToWaitToo() {
        fleet.report("node-3", LOADED);
        scene.join(roomy("node-8"));
        try {
            Scene.await(
                    "the node is known",
                    () -> scene.attempt(patient("probe", "k8s-nginx"))
                            .at("/spec/schedulingGates/0/name")
                            .asText()
                            .equals(GATE));
            fleet.given(patient("unknown", "k8s-nginx"));
            Scene.await("a condition", () -> !condition("unknown").isMissingNode());
            assertThat(condition("unknown").path("reason").asText()).isEqualTo("InventoryUnknown");
            assertThat(condition("unknown").path("message").asText()).contains("node-8");

            fleet.report("node-8", LOADED);
            fleet.awaitBound("unknown");
        } finally {
            scene.api().delete("/api/v1/nodes/node-8");
        }
    }

    @Test
    void aPodThatNeedsNoProfileOfItsOwnDoesNotWait() {
        fleet.given(patient(PodDraft.pod("plain")));

        assertThat(fleet.gates("plain")).isEmpty();
        fleet.awaitBound("plain");
    }

    @Test
    void podsOfADaemonSetAreNotHeld(Stage stage) {
        if (!stage.cluster().runsControllers()) {
            System.out.println("No controllers here: nobody makes the pods of a DaemonSet");
            return;
        }
        assertThat(scene.create(Workloads.daemonSet("each", patient("each", "k8s-nginx")))
                        .code())
                .isEqualTo(201);
        String pods = "/api/v1/namespaces/" + scene.namespace() + "/pods?labelSelector=app%3Dit";
        try {
            Scene.await("two pods are bound", () -> {
                long bound = 0;
                for (JsonNode pod : scene.api().get(pods).at("/items")) {
                    bound += pod.at("/spec/nodeName").isMissingNode() ? 0 : 1;
                }
                return bound == 2;
            });
            assertThat(scene.api().get(pods).body().toString()).doesNotContain(GATE);
        } finally {
            scene.api().delete("/apis/apps/v1/namespaces/" + scene.namespace() + "/daemonsets/each");
        }
    }

    private JsonNode condition(String pod) {
        return fleet.condition(pod, Fleet.CONDITION);
    }
}
