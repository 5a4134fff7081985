package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods that were there before the policy, and pods that are none of its business. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodsThatAreLeftAloneTest {
    private static final String OLD = "e2e-before-the-policy";
    private static final String POD = "/api/v1/namespaces/" + OLD + "/pods/";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        stage.close();
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
            stage.namespace(api, OLD, "{}");
            for (String name : new String[] {"labelled", "finalized", "deleted", "replaced"}) {
                PodDraft old = pod(name).field(unconfined()).metadata("finalizers: [e2e.apparmor-admission.dev/hold]");
                Scene.await("the registration of the test before is forgotten", () -> {
                    Answer answer = api.create(OLD, old.object());
                    return answer.code() == 201 || answer.code() == 409;
                });
            }
        }
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.N1, TestNode.W1)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n")));
    }

    @AfterAll
    void end() {
        scene.api().delete("/api/v1/namespaces/" + OLD);
    }

    @Test
    void anOldNonCompliantPodCanStillBeLabelled() {
        Answer answer = merge("labelled", "{metadata: {labels: {a: b}, annotations: {c: d}}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(Profiles.of(answer.body())).isEqualTo("P=- c=UC");
        assertThat(answer.at("/metadata/labels/a").asText()).isEqualTo("b");
    }

    @Test
    void itsFinalizersCanBeTakenAway() {
        Answer answer = merge("finalized", "{metadata: {finalizers: null}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(answer.at("/metadata/finalizers").isMissingNode()).isTrue();
    }

    @Test
    void itCanBeDeletedWithFinalizersAndAll() {
        assertThat(scene.api().delete(POD + "deleted").code()).isEqualTo(200);
        assertThat(scene.api()
                        .get(POD + "deleted")
                        .at("/metadata/deletionTimestamp")
                        .isMissingNode())
                .isFalse();

        Answer answer = merge("deleted", "{metadata: {finalizers: null}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(scene.api().get(POD + "deleted").code()).isEqualTo(404);
    }

    @Test
    void butANewImageForItIsJudged() {
        Answer answer = merge("replaced", "{spec: {containers: [{name: c, image: other}]}}", ApiServer.STRATEGIC_PATCH);

        assertThat(answer.code()).as(answer.message()).isEqualTo(403);
        assertThat(answer.message()).contains("[unconfined]");
    }

    @Test
    void aWindowsPodIsLeftAlone() {
        Answer answer = scene.create(pod("windows").with("os: {name: windows}").tolerating("os", "windows"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings()).isEmpty();
        assertThat(Profiles.of(answer.body())).isEqualTo("P=- c=-");
    }

    @Test
    void theMirrorPodOfANodeIsLeftAloneButAForgedOneIsNot() {
        String uid = scene.api().get("/api/v1/nodes/n1").at("/metadata/uid").asText();
        PodDraft mirror = pod("mirror")
                .field(unconfined())
                .on("n1")
                .annotation("kubernetes.io/config.mirror", "0123456789abcdef")
                .annotation("kubernetes.io/config.source", "file")
                .with("tolerations: [{operator: Exists}]")
                .metadata("ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: %s, controller: true}]"
                        .formatted(uid));

        Answer forged = scene.create(mirror.named("forged"));
        assertThat(forged.code()).as(forged.message()).isEqualTo(403);
        assertThat(forged.message()).contains("[unconfined]");

        ApiServer kubelet = scene.api().as("system:node:n1", "system:nodes", "system:authenticated");
        Answer genuine = kubelet.create(scene.namespace(), mirror.object());
        assertThat(genuine.code()).as(genuine.message()).isEqualTo(201);
        assertThat(Profiles.of(genuine.body())).isEqualTo("P=- c=UC");
        assertThat(scene.auditAnnotations(genuine)
                        .path("validate.apparmor-admission.dev/findings")
                        .asText())
                .contains("unconfined=Audit");
    }

    private Answer merge(String pod, String yaml) {
        return merge(pod, yaml, ApiServer.MERGE_PATCH);
    }

    private Answer merge(String pod, String yaml, String type) {
        return scene.api().patch(POD + pod, type, Manifest.parse(yaml).toString());
    }
}
