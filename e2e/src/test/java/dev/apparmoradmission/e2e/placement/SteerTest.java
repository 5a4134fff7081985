package dev.apparmoradmission.e2e.placement;

import static dev.apparmoradmission.e2e.placement.Fleet.LACKING;
import static dev.apparmoradmission.e2e.placement.Fleet.LOADED;
import static dev.apparmoradmission.e2e.placement.Fleet.patient;
import static dev.apparmoradmission.e2e.placement.Fleet.roomy;
import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.Workloads;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes, the profile is missing on the third, and the policy steers. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SteerTest {
    private static final String LABEL = Fleet.of("k8s-nginx");
    private static final String REQUIREMENT =
            "{\"key\":\"" + LABEL + "\",\"operator\":\"In\",\"values\":[\"enforce\",\"kill\"]}";

    private Scene scene;
    private Fleet fleet;

    @BeforeAll
    void begin(Stage stage, @TempDir Path directory) throws IOException {
        scene = Fleet.set(
                stage,
                directory,
                """
                defaultProfile: {type: RuntimeDefault}
                localhost: {placement: Steer, allowed: ["k8s-*"]}
                """,
                world -> world.placement()
                        .nodes(roomy("node-1"), roomy("node-2"), roomy("node-3"))
                        .inventory("inventory-node-1", Map.of("node-1", LOADED))
                        .inventory("inventory-node-2", Map.of("node-2", LOADED))
                        .inventory("inventory-node-3", Map.of("node-3", LACKING)));
        fleet = new Fleet(scene);
        fleet.awaitLabel("node-1", LABEL, "enforce");
        fleet.awaitLabel("node-2", LABEL, "enforce");
    }

    @Test
    void noPodLandsOnTheThirdNodeUntilItHasTheProfile() {
        try {
            for (int i = 0; i < 20; i++) {
                fleet.given(patient("steered-" + i, "k8s-nginx"));
            }
            for (int i = 0; i < 20; i++) {
                fleet.awaitBound("steered-" + i);
                assertThat(fleet.nodeOf("steered-" + i))
                        .hasValueSatisfying(node -> assertThat(node).isIn("node-1", "node-2"));
            }
            fleet.cordon(true, "node-1", "node-2");
            for (int i = 20; i < 25; i++) {
                fleet.given(patient("steered-" + i, "k8s-nginx"));
            }
            for (int i = 20; i < 25; i++) {
                fleet.awaitUnschedulable("steered-" + i);
            }
            // The third node has room, and takes a pod that wants no profile of its own.
            fleet.given(patient(pod("plain")));
            fleet.awaitBound("plain");
            assertThat(fleet.nodeOf("plain")).contains("node-3");

            fleet.report("node-3", LOADED);
            double label = fleet.awaitLabel("node-3", LABEL, "enforce");
            double bound = 0;
            for (int i = 20; i < 25; i++) {
                bound += fleet.awaitBound("steered-" + i);
                assertThat(fleet.nodeOf("steered-" + i)).contains("node-3");
            }
            System.out.printf(
                    Locale.ROOT,
                    "Steer: the label was on the node %.2f s after its inventory, five pods were bound %.2f s after that%n",
                    label,
                    bound);
        } finally {
            fleet.cordon(false, "node-1", "node-2");
            fleet.report("node-3", LACKING);
            fleet.awaitLabel("node-3", LABEL, "");
        }
    }

    @Test
    void onlyProfilesThatThePolicyAllowsHaveLabels() {
        assertThat(fleet.label("node-1", Fleet.of("other"))).isEmpty();
        assertThat(fleet.label("node-1", Fleet.ENABLED_LABEL)).isEmpty();
    }

    @Test
    void aNodeThatJoinsWithoutTheProfileGetsNoPod() {
        try {
            fleet.cordon(true, "node-1", "node-2", "node-3");
            scene.join(roomy("node-4"));
            fleet.given(patient("joining", "k8s-nginx"));
            fleet.awaitUnschedulable("joining");
            fleet.given(patient(pod("joining-plain")));
            fleet.awaitBound("joining-plain");

            fleet.report("node-4", LACKING);
            fleet.awaitUnschedulable("joining");
            fleet.report("node-4", LOADED);
            fleet.awaitBound("joining");
            assertThat(fleet.nodeOf("joining")).contains("node-4");
        } finally {
            fleet.cordon(false, "node-1", "node-2", "node-3");
            scene.api().delete("/api/v1/nodes/node-4");
        }
    }

    @Test
    void aNodeThatComesAgainUnderItsNameIsNotBelievedByItsOldList() {
        scene.join(roomy("node-5"));
        String uid = scene.api().get("/api/v1/nodes/node-5").at("/metadata/uid").asText();
        Answer published = scene.api().create(WebhookProcess.NAMESPACE, Manifest.parse("""
                                apiVersion: v1
                                kind: ConfigMap
                                metadata:
                                  name: apparmor-inventory-node-5
                                  labels: {apparmor-admission.dev/inventory: "true"}
                                  ownerReferences: [{apiVersion: v1, kind: Node, name: node-5, uid: %s}]
                                data: {node-5: "k8s-nginx (enforce)"}
                                """.formatted(uid)));
        assertThat(published.code()).as(published.message()).isEqualTo(201);
        try {
            fleet.awaitLabel("node-5", LABEL, "enforce");
            // Whoever restores a node from a backup restores its labels too.
            scene.api().delete("/api/v1/nodes/node-5");
            scene.join(roomy("node-5"));
            fleet.labelNode(scene.api(), "node-5", LABEL, "\"enforce\"");
            fleet.awaitLabel("node-5", LABEL, "");
        } finally {
            scene.api().delete("/api/v1/nodes/node-5");
            scene.api()
                    .delete("/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/configmaps/apparmor-inventory-node-5");
        }
    }

    @Test
    void noKubeletCanClaimAProfileAndWhatAnAdministratorForgesIsTakenAway() {
        Answer forged = fleet.labelNode(fleet.kubelet("node-3"), "node-3", LABEL, "\"enforce\"");
        assertThat(forged.code()).as(forged.message()).isEqualTo(403);
        assertThat(forged.message()).contains("is not allowed to modify labels", LABEL);
        Answer own = fleet.labelNode(fleet.kubelet("node-3"), "node-3", "e2e.apparmor-admission.dev/own", "\"x\"");
        assertThat(own.code())
                .as("any other label of its node: " + own.message())
                .isEqualTo(200);
        Answer removed = fleet.labelNode(fleet.kubelet("node-1"), "node-1", LABEL, "null");
        assertThat(removed.code()).as(removed.message()).isEqualTo(403);

        assertThat(fleet.labelNode(scene.api(), "node-3", LABEL, "\"enforce\"").code())
                .isEqualTo(200);
        double away = fleet.awaitLabel("node-3", LABEL, "");
        assertThat(fleet.labelNode(scene.api(), "node-1", LABEL, "null").code()).isEqualTo(200);
        double back = fleet.awaitLabel("node-1", LABEL, "enforce");
        System.out.printf(
                Locale.ROOT,
                "Steer: a forged label was gone after %.2f s, a removed one back after %.2f s%n",
                away,
                back);
        assertThat(fleet.label("node-3", "e2e.apparmor-admission.dev/own")).isEqualTo("x");
    }

    @Test
    void everyTermOfAnAffinityThatIsThereGetsTheRequirement() {
        PodDraft several = patient("terms", "k8s-nginx").with("""
                affinity:
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                      - matchExpressions: [{key: host, operator: In, values: [node-3]}]
                      - {}
                      - matchFields: [{key: metadata.name, operator: In, values: [node-2]}]
                """);
        Scene.await(
                "the label that another test took away is forgotten",
                () -> scene.attempt(several).ok());
        fleet.given(several);

        assertThat(fleet.terms("terms").toString())
                .isEqualTo(
                        "[{\"matchExpressions\":[{\"key\":\"host\",\"operator\":\"In\",\"values\":[\"node-3\"]},"
                                + REQUIREMENT + "]},{},{\"matchExpressions\":[" + REQUIREMENT
                                + "],\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"In\",\"values\":[\"node-2\"]}]}]");
        fleet.awaitBound("terms");
        assertThat(fleet.nodeOf("terms")).contains("node-2");
    }

    @Test
    void aPodOfADaemonSetIsLeftAloneAndJudgedByItsOneNode(Stage stage) {
        if (!stage.cluster().runsControllers()) {
            System.out.println("No controllers here: nobody makes the pods of a DaemonSet");
            return;
        }
        Answer created = scene.create(Workloads.daemonSet("each", patient("each", "k8s-nginx")));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
        String pods = "/api/v1/namespaces/" + scene.namespace() + "/pods?labelSelector=app%3Dit";
        Scene.await("pods of the DaemonSet are bound", () -> bound(pods) == 2);
        scene.api().get(pods).at("/items").forEach(made -> {
            assertThat(made.at("/spec/nodeName").asText()).isIn("node-1", "node-2");
            assertThat(made.toString()).doesNotContain(LABEL).doesNotContain(Fleet.GATE);
        });
        // The controller says why the third is missing.
        Scene.await(
                "the controller is refused a pod for node-3",
                () -> scene.api()
                        .get("/api/v1/namespaces/" + scene.namespace() + "/events?fieldSelector=reason%3DFailedCreate")
                        .body()
                        .toString()
                        .contains("(node-3)"));
        fleet.report("node-3", LOADED);
        try {
            Scene.await("the third pod", () -> bound(pods) == 3);
        } finally {
            scene.api().delete("/apis/apps/v1/namespaces/" + scene.namespace() + "/daemonsets/each");
            fleet.report("node-3", LACKING);
            fleet.awaitLabel("node-3", LABEL, "");
        }
    }

    private long bound(String pods) {
        long count = 0;
        for (var made : scene.api().get(pods).at("/items")) {
            count += made.at("/spec/nodeName").isMissingNode() ? 0 : 1;
        }
        return count;
    }

    @Test
    void aPodWithANodeNameIsLeftAloneAndJudgedByThatNode() {
        fleet.given(pod("bound").field(localhost("k8s-nginx")).on("node-1"));
        assertThat(scene.stored("bound").at("/spec/affinity").isMissingNode()).isTrue();

        Answer third = scene.create(pod("bound-3").field(localhost("k8s-nginx")).on("node-3"));
        assertThat(third.code()).isEqualTo(403);
        assertThat(third.message()).contains("[localhost-not-loaded]", "node-3");
    }

    @Test
    void aTolerationAddedLaterOpensNoNodeWithoutTheProfile() {
        scene.join(roomy("node-6").tainted("special", "yes", "NoSchedule"));
        fleet.report("node-6", LACKING);
        fleet.cordon(true, "node-1", "node-2", "node-3");
        try {
            fleet.given(patient("tolerating", "k8s-nginx"));
            fleet.awaitUnschedulable("tolerating");
            Answer tolerated = scene.api().patch(scene.pod("tolerating", ""), ApiServer.JSON_PATCH, """
                            [{"op": "add", "path": "/spec/tolerations/-", "value": {"key": "special", "operator": "Exists"}}]
                            """);
            assertThat(tolerated.code()).as(tolerated.message()).isEqualTo(200);
            // The same toleration brings a pod without a profile of its own there.
            fleet.given(patient(pod("tolerating-plain"))
                    .with("tolerations: [{operator: Exists}]")
                    .selecting("host", "node-6"));
            fleet.awaitBound("tolerating-plain");
            fleet.awaitUnschedulable("tolerating");
        } finally {
            fleet.cordon(false, "node-1", "node-2", "node-3");
            scene.api().delete("/api/v1/nodes/node-6");
        }
    }

    @Test
    void theLeaderTellsItsWorkInMetrics() {
        assertThat(scene.webhook().metrics().sum("apparmor_admission_leader")).isEqualTo(1);
        assertThat(scene.webhook().metrics().sum("apparmor_admission_node_labels_writes_total", "outcome=\"written\""))
                .isPositive();
        assertThat(scene.webhook().metrics().sum("apparmor_admission_placement_troubles"))
                .as(scene.webhook().tail(5))
                .isZero();
        assertThat(scene.api()
                        .get("/apis/coordination.k8s.io/v1/namespaces/" + WebhookProcess.NAMESPACE
                                + "/leases/apparmor-admission-leader")
                        .at("/spec/holderIdentity")
                        .asText())
                .isNotEmpty();
    }
}
