package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.scene.Workloads;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nobody said anything about AppArmor. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DefaultingTest {
    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.N1, TestNode.N2)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n", "n2", "# apparmor: enabled\n")));
    }

    @Test
    void aPodWithoutAnyProfileIsStoredWithRuntimeDefaultAtPodLevel() {
        Answer answer = scene.create(pod("plain").init("i").container("second"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings()).isEmpty();
        assertThat(Profiles.of(scene.stored("plain").body())).isEqualTo("P=RD i=- c=- second=-");
        assertThat(scene.auditAnnotations(answer).toString()).contains("\\\"mutated\\\":true");
    }

    @Test
    void aDeploymentIsNeverPatchedButThePodsOfItsReplicaSetAre() {
        Answer deployment = scene.create(Workloads.deployment("web", pod("")));
        assertThat(deployment.code()).as(deployment.message()).isEqualTo(201);
        assertThat(Profiles.of(deployment.at("/spec/template"))).isEqualTo("P=- c=-");

        if (scene.cluster().runsControllers()) {
            Scene.await("a pod of the ReplicaSet", () -> pods() > 0);
        } else {
            System.out.println("This control plane runs no controllers: the ReplicaSet's pod is created by hand");
            Answer set = scene.create(Workloads.replicaSet("web-1", pod("")));
            assertThat(Profiles.of(set.at("/spec/template"))).isEqualTo("P=- c=-");
            scene.create(pod("web-1-1")
                    .metadata("""
                            labels: {app: it}
                            ownerReferences:
                              - {apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: %s, controller: true}
                            """.formatted(set.at("/metadata/uid").asText())));
        }

        JsonNode pod = list("/api/v1/namespaces/%s/pods?labelSelector=app=it").get(0);
        assertThat(pod.at("/metadata/ownerReferences/0/kind").asText()).isEqualTo("ReplicaSet");
        assertThat(Profiles.of(pod)).isEqualTo("P=RD c=-");
        // A patched template would differ from the Deployment's for ever, and make one ReplicaSet after the other.
        JsonNode sets = list("/apis/apps/v1/namespaces/%s/replicasets");
        assertThat(sets).hasSize(1);
        assertThat(Profiles.of(sets.get(0).at("/spec/template"))).isEqualTo("P=- c=-");
        assertThat(Profiles.of(scene.api()
                        .get("/apis/apps/v1/namespaces/" + scene.namespace() + "/deployments/web")
                        .at("/spec/template")))
                .isEqualTo("P=- c=-");
    }

    private long pods() {
        return StreamSupport.stream(
                        list("/api/v1/namespaces/%s/pods?labelSelector=app=it").spliterator(), false)
                .count();
    }

    private JsonNode list(String path) {
        return scene.api().get(path.formatted(scene.namespace())).at("/items");
    }
}
