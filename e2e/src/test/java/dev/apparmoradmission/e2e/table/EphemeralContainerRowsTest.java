package dev.apparmoradmission.e2e.table;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows E: ephemeral containers are added, as {@code kubectl debug} does. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EphemeralContainerRowsTest {
    private static final String NO_PROFILE = "{}";
    private static final String UNCONFINED = "{securityContext: {appArmorProfile: {type: Unconfined}}}";
    private static final String DEFAULT = "{securityContext: {appArmorProfile: {type: RuntimeDefault}}}";
    private static final String DATABASE =
            "{securityContext: {appArmorProfile: {type: Localhost, localhostProfile: k8s-db}}}";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = FixedWorld.set(stage);
    }

    @AfterEach
    void clear() {
        scene.api().delete("/api/v1/namespaces/" + scene.namespace() + "/pods");
    }

    @Test
    void e01APlainOneInheritsThePodLevel() {
        given(pod("e01").level(runtimeDefault()).on("n1"));

        assertStored(debug("e01", "d", NO_PROFILE), "P=RD c=- d=-");
    }

    @Test
    void e02WithoutAPodLevelTheNewContainerItselfGetsTheDefault() {
        given(pod("e02").field(runtimeDefault()).on("n1"));

        assertStored(debug("e02", "d", NO_PROFILE), "P=- c=RD d=RD");
    }

    @Test
    void e03OnANodeWithoutAppArmorNoDefaultIsWrittenThatCouldNotStart() {
        given(pod("e03").field(unconfined()).excused("*").on("n3"));

        Answer answer = debug("e03", "d", NO_PROFILE);

        assertThat(answer.code()).as(answer.message()).isIn(200, 403);
        assertThat(Profiles.of(scene.stored("e03").body())).doesNotContain("d=RD");
    }

    @Test
    void e04AnUnconfinedOneIsDenied() {
        given(pod("e04").level(runtimeDefault()).on("n1"));

        assertDenied(debug("e04", "d", UNCONFINED), "container \"d\" (spec.ephemeralContainers[0])", "[unconfined]");
        assertThat(Profiles.of(scene.stored("e04").body())).isEqualTo("P=RD c=-");
    }

    @Test
    void e05AnExceptionThatOnlyTheRequestCarriesIsNotBelieved() {
        given(pod("e05").level(runtimeDefault()).on("n1"));
        ObjectNode forged = (ObjectNode) scene.stored("e05").body();
        ((ObjectNode) forged.path("metadata"))
                .withObjectProperty("annotations")
                .put("apparmor-admission.dev/unconfined", "*")
                .put("apparmor-admission.dev/reason", "because I would like to");
        forged.withObjectProperty("spec")
                .withArrayProperty("ephemeralContainers")
                .add(container("d", UNCONFINED));

        assertDenied(scene.api().put(scene.pod("e05", "/ephemeralcontainers"), forged.toString()), "[unconfined]");
    }

    @Test
    void e05TheStoredPodsExceptionIs() {
        given(pod("e05-stored").level(runtimeDefault()).on("n1").excused("d"));

        assertStored(debug("e05-stored", "d", UNCONFINED), "P=RD c=- d=UC");
    }

    @Test
    void e06ANamedProfileIsLookedUpOnThePodsNode() {
        given(pod("e06-n1").level(runtimeDefault()).on("n1"));
        given(pod("e06-n2").level(runtimeDefault()).on("n2"));

        assertStored(debug("e06-n1", "d", DATABASE), "P=RD c=- d=LH(k8s-db)");
        assertDenied(debug("e06-n2", "d", DATABASE), "[localhost-not-loaded]", "n2");
    }

    @Test
    void e07ForAnUnboundPodAllItsEligibleNodesCount() {
        given(pod("e07").level(runtimeDefault()));
        given(pod("e07-pinned").level(runtimeDefault()).selecting("host", "n1"));

        assertDenied(debug("e07", "d", DATABASE), "[localhost-not-loaded]", "n2");
        assertStored(debug("e07-pinned", "d", DATABASE), "P=RD c=- d=LH(k8s-db)");
    }

    @Test
    void e08OldOnesAreNotJudgedAgain() {
        given(pod("e08").level(runtimeDefault()).on("n1").excused("old"));
        assertStored(debug("e08", "old", UNCONFINED), "P=RD c=- old=UC");
        // The exception is withdrawn; what runs, runs.
        scene.api()
                .patch(
                        scene.pod("e08", ""),
                        ApiServer.MERGE_PATCH,
                        "{\"metadata\":{\"annotations\":{\"apparmor-admission.dev/unconfined\":null}}}");

        Answer answer = debug("e08", "new", DEFAULT);

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(Profiles.of(answer.body())).contains("old=UC", "new=RD");
    }

    @Test
    void e09ThePatchFindsTheNewOneWhereverItStands() {
        given(pod("e09").field(runtimeDefault()).on("n1"));
        assertStored(debug("e09", "first", DEFAULT), "P=- c=RD first=RD");

        // A strategic merge puts the new one in front.
        Answer answer = debug("e09", "second", NO_PROFILE);

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(answer.at("/spec/ephemeralContainers/0/name").asText()).isEqualTo("second");
        assertThat(Profiles.of(answer.body())).isEqualTo("P=- c=RD second=RD first=RD");
    }

    @Test
    void e10TheServerRefusesAChangeOfAnExistingOne() {
        given(pod("e10").level(runtimeDefault()).on("n1"));
        debug("e10", "d", NO_PROFILE);

        Answer answer = debug("e10", "d", DEFAULT);

        assertThat(answer.code()).as(answer.message()).isEqualTo(422);
    }

    @Test
    void e11ThePodLevelIsNeverWritten() {
        given(pod("e11").field(runtimeDefault()).on("n1"));

        debug("e11", "d", NO_PROFILE);

        assertThat(scene.stored("e11")
                        .at("/spec/securityContext/appArmorProfile")
                        .isMissingNode())
                .isTrue();
    }

    @Test
    void e12APrivilegedOneIsDenied() {
        given(pod("e12").level(runtimeDefault()).on("n1"));

        assertDenied(debug("e12", "d", "{securityContext: {privileged: true}}"), "[privileged]");
    }

    @Test
    void e13AMirrorPodTakesNone() {
        String uid = scene.api().get("/api/v1/nodes/n1").at("/metadata/uid").asText();
        ApiServer kubelet = scene.api().as("system:node:n1", "system:nodes", "system:authenticated");
        Answer mirror = kubelet.create(
                scene.namespace(),
                pod("e13")
                        .on("n1")
                        .annotation("kubernetes.io/config.mirror", "0123456789abcdef")
                        .annotation("kubernetes.io/config.source", "file")
                        .with("tolerations: [{operator: Exists}]")
                        .metadata("ownerReferences: [{apiVersion: v1, kind: Node, name: n1, uid: %s, controller: true}]"
                                .formatted(uid))
                        .object());
        assertThat(mirror.code()).as(mirror.message()).isEqualTo(201);

        assertThat(debug("e13", "d", NO_PROFILE).code()).isEqualTo(422);
    }

    @Test
    void anEphemeralContainerCannotBeCreatedWithItsPod() {
        Answer answer = scene.attempt(
                pod("created").field(localhost("k8s-web")).with("ephemeralContainers: [{name: d, image: i}]"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(422);
    }

    private void given(PodDraft pod) {
        Answer answer = scene.create(pod);
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    private Answer debug(String pod, String name, String yaml) {
        ObjectNode patch = Manifest.parse("{spec: {ephemeralContainers: []}}");
        patch.withObjectProperty("spec")
                .withArrayProperty("ephemeralContainers")
                .add(container(name, yaml));
        return scene.api().patch(scene.pod(pod, "/ephemeralcontainers"), ApiServer.STRATEGIC_PATCH, patch.toString());
    }

    private static JsonNode container(String name, String yaml) {
        ObjectNode container = Manifest.parse(yaml);
        return container.put("name", name).put("image", "registry.k8s.io/pause:3.10");
    }

    private static void assertStored(Answer answer, String profiles) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(Profiles.of(answer.body())).isEqualTo(profiles);
    }

    private static void assertDenied(Answer answer, String... parts) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(403);
        assertThat(answer.message()).contains(parts);
    }
}
