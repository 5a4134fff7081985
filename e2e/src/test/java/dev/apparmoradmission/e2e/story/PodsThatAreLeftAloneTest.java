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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods that were there before the policy, and pods that are none of its business. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodsThatAreLeftAloneTest {
    private static final List<String> PODS = List.of("labelled", "finalized", "deleted", "replaced");

    /** Of its own: that of an earlier run of this story may still be on its way out. */
    private final String old = "e2e-before-the-policy-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);

    private Optional<Scene> set = Optional.empty();

    @BeforeAll
    void begin(Stage stage) throws IOException {
        stage.close();
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
            stage.namespace(api, old, "{}");
            for (String name : PODS) {
                PodDraft draft =
                        pod(name).field(unconfined()).metadata("finalizers: [e2e.apparmor-admission.dev/hold]");
                Scene.await("the registration of the test before is forgotten", () -> {
                    Answer answer = api.create(old, draft.object());
                    return answer.code() == 201 || answer.code() == 409;
                });
            }
        }
        Scene scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.N1, TestNode.W1)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n")));
        set = Optional.of(scene);
    }

    @AfterAll
    void end() {
        if (set.isPresent()) {
            // What nobody lets go would keep the namespace for ever.
            PODS.forEach(name -> merge(name, "{metadata: {finalizers: null}}"));
            scene().api().delete("/api/v1/namespaces/" + old);
        }
    }

    private Scene scene() {
        return set.orElseThrow();
    }

    private String path(String name) {
        return "/api/v1/namespaces/" + old + "/pods/" + name;
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
        assertThat(scene().api().delete(path("deleted")).code()).isEqualTo(200);
        assertThat(scene().api()
                        .get(path("deleted"))
                        .at("/metadata/deletionTimestamp")
                        .isMissingNode())
                .isFalse();

        Answer answer = merge("deleted", "{metadata: {finalizers: null}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(scene().api().get(path("deleted")).code()).isEqualTo(404);
    }

    @Test
    void butANewImageForItIsJudged() {
        Answer answer = merge("replaced", "{spec: {containers: [{name: c, image: other}]}}", ApiServer.STRATEGIC_PATCH);

        assertThat(answer.code()).as(answer.message()).isEqualTo(403);
        assertThat(answer.message()).contains("[unconfined]");
    }

    @Test
    void aWindowsPodIsLeftAlone() {
        Answer answer =
                scene().create(pod("windows").with("os: {name: windows}").tolerating("os", "windows"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings()).isEmpty();
        assertThat(Profiles.of(answer.body())).isEqualTo("P=- c=-");
    }

    @Test
    void theMirrorPodOfANodeIsLeftAloneButAForgedOneIsNot() {
        String uid = scene().api().get("/api/v1/nodes/n1").at("/metadata/uid").asText();
        PodDraft mirror = pod("mirror")
                .field(unconfined())
                .on("n1")
                .annotation("kubernetes.io/config.mirror", "0123456789abcdef")
                .annotation("kubernetes.io/config.source", "file")
                .with("tolerations: [{operator: Exists}]")
                .metadata("ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: %s, controller: true}]"
                        .formatted(uid));

        Answer forged = scene().create(mirror.named("forged"));
        assertThat(forged.code()).as(forged.message()).isEqualTo(403);
        assertThat(forged.message()).contains("[unconfined]");

        ApiServer kubelet = scene().api().as("system:node:n1", "system:nodes", "system:authenticated");
        Answer genuine = kubelet.create(scene().namespace(), mirror.object());
        assertThat(genuine.code()).as(genuine.message()).isEqualTo(201);
        assertThat(Profiles.of(genuine.body())).isEqualTo("P=- c=UC");
        assertThat(scene().auditAnnotations(genuine)
                        .path("validate.apparmor-admission.dev/findings")
                        .asText())
                .contains("unconfined=Audit");
    }

    private Answer merge(String pod, String yaml) {
        return merge(pod, yaml, ApiServer.MERGE_PATCH);
    }

    private Answer merge(String pod, String yaml, String type) {
        return scene().api().patch(path(pod), type, Manifest.parse(yaml).toString());
    }
}
