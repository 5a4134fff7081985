package dev.apparmoradmission.e2e.observability;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An edit of the policies goes wrong under two replicas, with the rights of {@code deploy/base/rbac.yaml} and no others. */
@ExtendWith(RealApiServer.class)
class PolicyEventsTest {
    private static final String HOME = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE;
    private static final String EVENTS = "/apis/events.k8s.io/v1/namespaces/" + WebhookProcess.NAMESPACE + "/events";
    private static final String CONFIG_MAP = "apparmor-admission-policies";
    private static final String ROLE =
            "/apis/rbac.authorization.k8s.io/v1/namespaces/" + WebhookProcess.NAMESPACE + "/roles/apparmor-admission";

    @TempDir
    Path directory;

    private Path policy;
    private String good = "";
    private Scene scene;
    private WebhookProcess second;

    @BeforeEach
    void begin(Stage stage) throws IOException {
        policy = directory.resolve("baseline.yaml");
        good = Files.readString(PrometheusTools.E2E.resolveSibling("policies").resolve("baseline.yaml"));
        Files.writeString(policy, good);
        scene = stage.set(world -> world.policy(directory)
                .nodes(TestNode.N1)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n")));
        scene.api()
                .create(
                        WebhookProcess.NAMESPACE,
                        Manifest.parse(
                                "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s}}".formatted(CONFIG_MAP)));
        scene.api().delete(EVENTS);
        second = scene.replica();
    }

    @AfterEach
    void end() {
        scene.api().delete(HOME + "/configmaps/" + CONFIG_MAP);
        scene.api().delete(EVENTS);
    }

    private void put(String text) throws IOException {
        Path next = Files.writeString(directory.resolve(".next"), text);
        Files.move(next, policy, StandardCopyOption.ATOMIC_MOVE);
    }

    private List<JsonNode> events(String reason) {
        return scene.api()
                .get(EVENTS)
                .at("/items")
                .valueStream()
                .filter(event -> event.path("reason").asText().equals(reason))
                .toList();
    }

    private void bothRefuse(int times) {
        for (WebhookProcess replica : List.of(scene.process(), second)) {
            Scene.await(
                    "refused",
                    () -> replica.metrics().sum("apparmor_admission_policy_reload_total", "outcome=\"refused\"")
                            >= times);
        }
    }

    @Test
    void bothReplicasTellTheRefusalAndTheRecoveryByOneEventEach() throws IOException {
        put(good.replace("mode: Enforce", "mode: Enforced"));
        bothRefuse(1);
        Scene.await(
                "the second replica's word",
                () -> events("PoliciesRefused").stream()
                        .anyMatch(event -> event.at("/series/count").asInt() >= 2));
        put(good);
        Scene.await(
                "good again",
                () -> events("PoliciesAccepted").stream()
                        .anyMatch(event -> event.at("/series/count").asInt() >= 2));

        JsonNode refused = events("PoliciesRefused").get(0);
        System.out.println("Event: " + refused.path("type").asText() + " "
                + refused.path("reason").asText() + " " + refused.path("note").asText());
        assertThat(events("PoliciesRefused")).hasSize(1);
        assertThat(events("PoliciesAccepted")).hasSize(1);
        assertThat(refused.path("type").asText()).isEqualTo("Warning");
        assertThat(refused.path("note").asText())
                .contains("baseline.yaml:", "spec.mode", "is not one of Enforce, Warn, Audit");
        assertThat(events("PoliciesAccepted").get(0).path("type").asText()).isEqualTo("Normal");
        String uid = scene.api()
                .get(HOME + "/configmaps/" + CONFIG_MAP)
                .at("/metadata/uid")
                .asText();
        assertThat(refused.at("/regarding/kind").asText()).isEqualTo("ConfigMap");
        assertThat(refused.at("/regarding/uid").asText()).isEqualTo(uid);
        // As kubectl describe asks for them.
        assertThat(scene.api()
                        .get(HOME + "/events?fieldSelector=involvedObject.kind=ConfigMap,involvedObject.name="
                                + CONFIG_MAP + ",involvedObject.uid=" + uid)
                        .at("/items"))
                .hasSize(2);
    }

    @Test
    void withoutTheRightToWriteEventsEverythingElseGoesOn() throws IOException {
        var role = Manifest.parse(scene.api().get(ROLE).body().toString());
        var without = role.deepCopy();
        without.putArray("rules").add(role.at("/rules/0"));
        try {
            assertThat(scene.api().put(ROLE, without.toString()).ok()).isTrue();
            // The API server learns of rights a little later than it stores them.
            ApiServer account =
                    scene.api().as("system:serviceaccount:" + WebhookProcess.NAMESPACE + ":apparmor-admission");
            Scene.await(
                    "no right", () -> account.post(EVENTS + "?dryRun=All", "{}").code() == 403);
            put(good.replace("mode: Enforce", "mode: Enforced"));
            bothRefuse(1);
            Scene.await("told in the log", () -> scene.process().log().contains("Cannot write an Event"));

            assertThat(scene.attempt(pod("denied").field(unconfined())).code()).isEqualTo(403);
            assertThat(scene.process().isReady()).isTrue();
            assertThat(scene.process().log().split("Cannot write an Event", -1)).hasSize(2);
            assertThat(events("PoliciesRefused")).isEmpty();
            put(good.replace("mode: Enforce", "mode: Audit"));
            Scene.await(
                    "the next edit counts",
                    () -> scene.attempt(pod("allowed").field(unconfined())).code() == 201);
        } finally {
            scene.api().delete(ROLE);
            scene.api().create(WebhookProcess.NAMESPACE, Manifest.parse(stripped(role.toString())));
        }
    }

    private static String stripped(String object) {
        var json = Manifest.parse(object);
        var metadata = json.withObjectProperty("metadata");
        metadata.retain("name", "namespace");
        return json.toString();
    }
}
