package dev.apparmoradmission.e2e.table;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static dev.apparmoradmission.e2e.table.Row.denied;
import static dev.apparmoradmission.e2e.table.Row.refused;
import static dev.apparmoradmission.e2e.table.Row.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows B: pods are created with beta annotations, which the API server copies into fields, or not. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodAnnotationRowsTest {
    private static final String SERVER_DEPRECATES = "deprecated since v1.30; use the \"appArmorProfile\" field instead";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = FixedWorld.set(stage);
    }

    private static PodDraft beta(String value) {
        return pod("").beta("c", value);
    }

    static Stream<Row> synced() {
        return Stream.of(
                denied("B01", beta("unconfined"), "[unconfined]"),
                stored("B02", beta("runtime/default"), "P=- c=RD", SERVER_DEPRECATES),
                stored("B03", beta("localhost/k8s-web"), "P=- c=LH(k8s-web)", SERVER_DEPRECATES),
                denied("B04", beta("localhost/k8s-db"), "[localhost-not-loaded]", "(n2)"),
                denied("B05", beta("unconfined").level(runtimeDefault()), "container \"c\"", "[unconfined]"),
                denied(
                        "B06",
                        beta("runtime/default").level(unconfined()),
                        "pod (spec.securityContext)",
                        "[unconfined]"),
                stored("B08", beta("runtime/default").field(runtimeDefault()), "P=- c=RD"),
                stored("B09", beta("localhost/k8s-web").level(localhost("k8s-web")), "P=LH(k8s-web) c=-"),
                denied(
                        "B17",
                        beta("runtime/default").init("i").beta("i", "unconfined"),
                        "container \"i\" (spec.initContainers[0])"),
                stored(
                        "B18",
                        pod("").level(runtimeDefault()).init("i").with("{}").beta("i", "localhost/k8s-web"),
                        "P=RD i=LH(k8s-web) c=-",
                        SERVER_DEPRECATES),
                stored(
                        "B19",
                        PodDraft.empty("")
                                .container("c1")
                                .container("c2")
                                .beta("c1", "unconfined")
                                .excused("c1"),
                        "P=RD c1=UC c2=-",
                        SERVER_DEPRECATES,
                        "[unconfined]"),
                stored("B20", pod("").with("os: {name: windows}").beta("c", "unconfined"), "P=- c=-"),
                denied("B21", beta("localhost/localhost/k8s-web"), "[localhost-not-allowed]"));
    }

    static Stream<Row> notSynced() {
        return Stream.of(
                stored("B10", beta(""), "P=RD c=-"),
                stored("B11", beta("").level(runtimeDefault()), "P=RD c=-"),
                denied("B12", beta("localhost/"), "[annotation-malformed]"),
                denied("B13", beta("localhost/ x"), "[annotation-malformed]"));
    }

    static Stream<Row> whatTheServerRefuses() {
        return Stream.of(
                refused(
                        "B07",
                        beta("unconfined").field(runtimeDefault()),
                        "apparmor type in annotation and field must match"),
                refused("B14", beta("localhost/ x").level(runtimeDefault()), "must match"),
                refused("B15-custom", beta("runtime/custom"), "invalid AppArmor profile name"),
                refused("B15-case", beta("Unconfined"), "invalid AppArmor profile name"),
                refused("B16", pod("").beta("zz", "runtime/default"), "container not found"),
                refused(
                        "B25",
                        pod("").field(unconfined()).annotation("kubernetes.io/config.mirror", "x"),
                        "must set spec.nodeName if mirror pod annotation is set"));
    }

    @ParameterizedTest
    @MethodSource({"synced", "notSynced", "whatTheServerRefuses"})
    void aPodEndsAsTheTableSays(Row row) {
        row.holdsIn(scene);
    }

    @Test
    void b10TheEmptyAnnotationIsGoneFromTheStoredPod() {
        scene.create(beta("").named("b10-gone"));

        assertThat(scene.stored("b10-gone").at("/metadata/annotations").toString())
                .doesNotContain("container.apparmor.security.beta.kubernetes.io");
    }

    @Test
    void b11WithoutUsTheServerWouldRefuseIt() {
        Answer alone = scene.api()
                .create(
                        WebhookProcess.NAMESPACE,
                        beta("").level(runtimeDefault()).named("b11").object(),
                        "?dryRun=All");

        assertThat(alone.code()).isEqualTo(422);
    }

    @Test
    void b23TheMirrorPodOfANodeIsStoredAsItIsAndRecorded() {
        String uid = scene.api().get("/api/v1/nodes/n1").at("/metadata/uid").asText();
        ApiServer kubelet = scene.api().as("system:node:n1", "system:nodes", "system:authenticated");

        Answer answer = kubelet.create(
                scene.namespace(), mirror("b23").metadata("""
                                ownerReferences:
                                  - {apiVersion: v1, kind: Node, name: n1, uid: %s, controller: true}
                                """.formatted(uid)).object());

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(Profiles.of(answer.body())).isEqualTo("P=- c=UC");
        assertThat(answer.warnings()).isEmpty();
        assertThat(scene.auditAnnotations(answer).toString()).contains("unconfined");
    }

    @Test
    void b24AMirrorAnnotationForgedByAUserExcusesNothing() {
        denied("B24", mirror("b24"), "[unconfined]").holdsIn(scene);
    }

    private static PodDraft mirror(String name) {
        return pod(name)
                .field(unconfined())
                .on("n1")
                .annotation("kubernetes.io/config.mirror", "0123456789abcdef")
                .annotation("kubernetes.io/config.hash", "0123456789abcdef")
                .annotation("kubernetes.io/config.source", "file")
                .with("tolerations: [{operator: Exists}]");
    }
}
