package dev.apparmoradmission.e2e.table;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.Workloads;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows D: the kinds that make pods. They are never patched; what their pods will get, they are warned of. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplateRowsTest {
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/c";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = FixedWorld.set(stage);
    }

    @Test
    void d01AnUnconfinedTemplateIsStoredAsItIsWithAWarning() {
        Answer answer = scene.attempt(Workloads.deployment("d01", pod("").level(unconfined())));

        assertStored(answer, "P=UC c=-");
        assertThat(answer.warnings())
                .anySatisfy(warning ->
                        assertThat(warning).contains("pod (spec.template.spec.securityContext)", "[unconfined]"));
    }

    @Test
    void d02ATemplateWithoutProfilesIsNotPatched() {
        Answer answer = scene.attempt(Workloads.deployment("d02", pod("")));

        assertStored(answer, "P=- c=-");
        assertThat(answer.warnings()).isEmpty();
    }

    @Test
    void d03TheServerRefusesATemplateWhoseAnnotationContradictsThePodLevel() {
        assertRefusedByTheServer(
                Workloads.deployment("d03", pod("").level(runtimeDefault()).beta("c", "unconfined")), "must match");
    }

    @Test
    void d04ATemplateWithAnUnconfinedAnnotationIsWarnedOf() {
        Answer answer = scene.attempt(Workloads.deployment("d04", pod("").beta("c", "unconfined")));

        assertStored(answer, "P=- c=-");
        assertThat(answer.warnings()).anyMatch(warning -> warning.contains("[unconfined]"));
    }

    @Test
    void d05AnAnnotationThatRepeatsThePodLevelIsFine() {
        assertStored(
                scene.attempt(Workloads.deployment(
                        "d05", pod("").level(runtimeDefault()).beta("c", "runtime/default"))),
                "P=RD c=-");
    }

    @Test
    void d06AnnotationsThatWillNotBeSyncedAreWarnedOf() {
        for (String value : new String[] {"", "localhost/ x"}) {
            Answer answer = scene.attempt(Workloads.deployment("d06", pod("").beta("c", value)));

            assertStored(answer, "P=- c=-");
            assertThat(answer.warnings()).anyMatch(warning -> warning.contains("[annotation-malformed]"));
        }
    }

    @Test
    void d07TheServerRefusesAnAnnotationForAContainerThatIsNotThere() {
        assertRefusedByTheServer(
                Workloads.deployment("d07", pod("").beta("zz", "runtime/default")), "container not found");
    }

    static Stream<Arguments> kinds() {
        PodDraft bad = pod("").field(unconfined());
        String path = "spec.template.spec.containers[0]";
        return Stream.of(
                Arguments.of("d01 Deployment", Workloads.deployment("k1", bad), path),
                Arguments.of("d08 ReplicaSet", Workloads.replicaSet("k2", bad), path),
                Arguments.of("StatefulSet", Workloads.statefulSet("k3", bad), path),
                Arguments.of("d13 DaemonSet", Workloads.daemonSet("k4", bad), path),
                Arguments.of("Job", Workloads.job("k5", bad), path),
                Arguments.of(
                        "d09 CronJob",
                        Workloads.cronJob("k6", bad),
                        "spec.jobTemplate.spec.template.spec.containers[0]"),
                Arguments.of("d10 ReplicationController", Workloads.replicationController("k7", bad), path),
                Arguments.of("d11 PodTemplate", Workloads.podTemplate("k8", bad), "template.spec.containers[0]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void eachKindIsWarnedWithThePathOfItsContainer(String row, ObjectNode workload, String path) {
        Answer answer = scene.attempt(workload);

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings())
                .as(row)
                .anySatisfy(warning -> assertThat(warning).contains("container \"c\" (" + path + ")", "[unconfined]"));
    }

    @Test
    void d12AnAnnotationAddedToASuspendedJobIsWarnedOf() {
        Answer created = scene.create(Workloads.job("d12", pod("")));
        assertThat(created.code()).as(created.message()).isEqualTo(201);
        String job = Manifest.collection(created.body(), scene.namespace()) + "/d12";

        Answer annotated =
                merge(job, "{spec: {template: {metadata: {annotations: {%s: unconfined}}}}}".formatted(BETA));
        assertThat(annotated.code()).as(annotated.message()).isEqualTo(200);
        assertThat(annotated.warnings()).anyMatch(warning -> warning.contains("[unconfined]"));

        Answer field =
                merge(job, "{spec: {template: {spec: {securityContext: {appArmorProfile: {type: RuntimeDefault}}}}}}");
        assertThat(field.code()).as(field.message()).isEqualTo(422);

        assertThat(merge(job, "{spec: {suspend: false}}").code()).isEqualTo(200);
        Answer resumed = merge(job, "{spec: {template: {metadata: {annotations: {%s: null}}}}}".formatted(BETA));
        assertThat(resumed.code()).as(resumed.message()).isEqualTo(422);
    }

    @Test
    void d13ADaemonSetsProfileIsLookedUpOnEveryNodeItRunsOn() {
        Answer answer = scene.attempt(Workloads.daemonSet("d13", pod("").field(localhost("k8s-db"))));

        assertThat(answer.warnings())
                .anySatisfy(warning -> assertThat(warning).contains("[localhost-not-loaded]", "n2"));
    }

    @Test
    void d14ADaemonSetsPodIsLookedUpOnItsOwnNode() {
        String affinity = """
                affinity:
                  nodeAffinity:
                    requiredDuringSchedulingIgnoredDuringExecution:
                      nodeSelectorTerms:
                        - matchFields: [{key: metadata.name, operator: In, values: [%s]}]
                """;

        Answer onN2 = scene.attempt(pod("d14").field(localhost("k8s-db")).with(affinity.formatted("n2")));
        Answer onN1 = scene.attempt(pod("d14").field(localhost("k8s-db")).with(affinity.formatted("n1")));

        assertThat(onN2.code()).as(onN2.message()).isEqualTo(403);
        assertThat(onN2.message()).contains("1 of 1 eligible node (n2)");
        assertThat(onN1.code()).as(onN1.message()).isEqualTo(201);
    }

    @Test
    void d15ScalingIsNotEvaluated() {
        Answer created = scene.create(Workloads.deployment("d15", pod("").field(localhost("k8s-web"))));

        Answer scaled = scene.api()
                .patch(
                        "/apis/apps/v1/namespaces/" + scene.namespace() + "/deployments/d15/scale",
                        ApiServer.MERGE_PATCH,
                        "{\"spec\":{\"replicas\":0}}");

        assertThat(scaled.code()).as(scaled.message()).isEqualTo(200);
        assertThat(scene.auditAnnotations(created).toString()).contains("apparmor-admission.dev/policy-hash");
        assertThat(scene.auditAnnotations(scaled).toString()).doesNotContain("apparmor-admission.dev/");
    }

    @Test
    void d16AnUpdateToAProfileThatIsLoadedIsNotWarnedOf() {
        Answer created = scene.create(Workloads.deployment("d16", pod("").field(localhost("nowhere"))));
        assertThat(created.warnings()).anyMatch(warning -> warning.contains("[localhost-not-loaded]"));
        ObjectNode mended = (ObjectNode) created.body();
        ((ObjectNode) mended.at("/spec/template/spec/containers/0/securityContext/appArmorProfile"))
                .put("localhostProfile", "k8s-web");
        ((ObjectNode) mended.path("metadata")).remove("resourceVersion");

        Answer answer = scene.api().put(Manifest.collection(mended, scene.namespace()) + "/d16", mended.toString());

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(answer.warnings()).isEmpty();
    }

    private Answer merge(String path, String yaml) {
        return scene.api()
                .patch(path, ApiServer.MERGE_PATCH, Manifest.parse(yaml).toString());
    }

    private static void assertStored(Answer answer, String profiles) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(Profiles.of(answer.at("/spec/template"))).isEqualTo(profiles);
    }

    private void assertRefusedByTheServer(ObjectNode workload, String part) {
        Answer answer = scene.attempt(workload);
        Answer alone =
                scene.api().create(dev.apparmoradmission.e2e.webhook.WebhookProcess.NAMESPACE, workload, "?dryRun=All");
        assertThat(answer.code()).as(answer.message()).isEqualTo(422);
        assertThat(answer.message()).contains(part).isEqualTo(alone.message());
    }
}
