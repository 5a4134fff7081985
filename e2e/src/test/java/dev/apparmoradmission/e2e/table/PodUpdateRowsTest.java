package dev.apparmoradmission.e2e.table;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows U and G: pods are changed, ungated and bound. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodUpdateRowsTest {
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final String DRIFTED = "e2e-drifted";
    private static final String GATE = "{schedulingGates: [{name: e2e.apparmor-admission.dev/gate}]}";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        stage.close();
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
            stage.namespace(api, DRIFTED, "{}");
            PodDraft pod = pod("g03").level(runtimeDefault());
            Scene.await(
                    "the registration of the test before is forgotten",
                    () -> api.create(DRIFTED, pod.object()).ok());
            // Bound before the webhook came: this annotation would now be refused.
            Answer bound = api.post(
                    "/api/v1/namespaces/" + DRIFTED + "/pods/g03/binding",
                    binding("g03", "{%s: unconfined}".formatted(BETA + "c")));
            assertThat(bound.code()).as(bound.message()).isEqualTo(201);
        }
        scene = FixedWorld.set(stage);
    }

    @AfterAll
    void end() {
        scene.api().delete("/api/v1/namespaces/" + DRIFTED);
    }

    @Test
    void u01ALabelOnACompliantPodIsStoredAndNothingElseChanges() {
        given(pod("u01").level(runtimeDefault()));

        Answer answer = merge("u01", "{metadata: {labels: {a: b}}}");

        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.at("/metadata/labels/a").asText()).isEqualTo("b");
        assertThat(Profiles.of(answer.body())).isEqualTo("P=RD c=-");
        assertThat(answer.warnings()).isEmpty();
    }

    @Test
    void u04TheServerItselfHoldsAppArmorFieldsAndAnnotationsImmutable() {
        given(pod("u04").level(runtimeDefault()).beta("c", "localhost/k8s-web"));

        assertRefused(
                merge("u04", "{metadata: {annotations: {%s: null}}}".formatted(BETA + "c")),
                "may not remove or update AppArmor annotations");
        assertRefused(
                merge("u04", "{spec: {securityContext: {appArmorProfile: {type: Unconfined}}}}"),
                "pod updates may not change fields other than");
        given(pod("u04-plain").level(runtimeDefault()));
        assertRefused(
                merge("u04-plain", "{metadata: {annotations: {%s: unconfined}}}".formatted(BETA + "c")),
                "may not add AppArmor annotations");
    }

    @Test
    void u05TheStatusIsNoWayInEither() {
        given(pod("u05").level(runtimeDefault()));

        assertRefused(
                scene.api()
                        .patch(
                                scene.pod("u05", "/status"),
                                ApiServer.MERGE_PATCH,
                                json("{metadata: {annotations: {%s: unconfined}}}".formatted(BETA + "c"))),
                "may not add AppArmor annotations");
    }

    @Test
    void u06ATolerationThatOpensNodesWithoutAppArmorIsDenied() {
        given(pod("u06").field(localhost("k8s-web")));

        Answer answer = tolerate("u06");

        assertThat(answer.code()).as(answer.message()).isEqualTo(403);
        assertThat(answer.message()).contains("[apparmor-unavailable]", "n3");
    }

    @Test
    void u07TheSameTolerationOnABoundPodIsAdmitted() {
        given(pod("u07").field(localhost("k8s-web")).on("n1"));

        assertThat(tolerate("u07").code()).isEqualTo(200);
    }

    @Test
    void u08AGatedPodMayGetANodeSelector() {
        given(pod("u08").with(GATE));

        assertThat(merge("u08", "{spec: {nodeSelector: {host: n1}}}").code()).isEqualTo(200);
    }

    @Test
    void u09AGatedPodMayGetItsFirstAffinityButNoSecondTerm() {
        given(pod("u09").with(GATE));

        assertThat(merge("u09", affinity("[%s]".formatted(term("n1")))).code()).isEqualTo(200);
        assertThat(merge("u09", affinity("[%s, %s]".formatted(term("n1"), term("n2"))))
                        .code())
                .isEqualTo(422);
    }

    @Test
    void u10AGatedPodIsJudgedAgainWhenItsGateGoes() {
        // Admitted while both nodes had the profile; n2 loses it before the gate goes.
        Map<String, String> both = new HashMap<>(FixedWorld.INVENTORY);
        both.put("n2", FixedWorld.INVENTORY.get("n1"));
        scene.inventory(FixedWorld.CONFIG_MAP, both);
        PodDraft gated = pod("u10").field(localhost("k8s-db")).with(GATE);
        try {
            Scene.await("admission", () -> scene.attempt(gated).ok());
            given(gated);
        } finally {
            scene.inventory(FixedWorld.CONFIG_MAP, FixedWorld.INVENTORY);
            Scene.await("a denial", () -> scene.attempt(gated).code() == 403);
        }

        Answer anywhere = merge("u10", "{spec: {schedulingGates: null}}");
        assertThat(anywhere.code()).as(anywhere.message()).isEqualTo(403);
        assertThat(anywhere.message()).contains("[localhost-not-loaded]", "(n2)");

        assertThat(merge("u10", "{spec: {nodeSelector: {host: n1}}}").code()).isEqualTo(200);
        Answer onN1 = merge("u10", "{spec: {schedulingGates: null}}");
        assertThat(onN1.code()).as(onN1.message()).isEqualTo(200);
    }

    @Test
    void u11TheServerRefusesAGateOnABoundPodAndALateOne() {
        assertThat(scene.attempt(pod("u11").with(GATE).on("n1")).code()).isEqualTo(422);
        given(pod("u11"));
        assertThat(merge("u11", GATE.replace("{schedulingGates", "{spec: {schedulingGates") + "}")
                        .code())
                .isEqualTo(422);
    }

    @Test
    void u12APodThatIsBeingDeletedCanBeChanged() {
        given(pod("u12").metadata("finalizers: [e2e.apparmor-admission.dev/hold]"));
        assertThat(scene.api().delete(scene.pod("u12", "")).code()).isEqualTo(200);

        Answer answer = merge("u12", "{metadata: {finalizers: null}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(scene.stored("u12").code()).isEqualTo(404);
    }

    @Test
    void u13AResizeIsNotEvaluated() {
        Answer created =
                scene.create(pod("u13").with("containers: [{name: c, image: i, resources: {requests: {cpu: 5m}}}]"));
        assertThat(created.code()).as(created.message()).isEqualTo(201);

        Answer resized = scene.api()
                .patch(
                        scene.pod("u13", "/resize"),
                        ApiServer.STRATEGIC_PATCH,
                        json("{spec: {containers: [{name: c, resources: {requests: {cpu: 10m}}}]}}"));

        assertThat(resized.code()).as(resized.message()).isEqualTo(200);
        assertThat(scene.auditAnnotations(created).toString()).contains("apparmor-admission.dev/policy-hash");
        assertThat(scene.auditAnnotations(resized).toString()).doesNotContain("apparmor-admission.dev/");
    }

    @Test
    void u14AnExceptionOnARunningPodChangesNothing() {
        given(pod("u14").level(runtimeDefault()));

        Answer answer = merge("u14", "{metadata: {annotations: {apparmor-admission.dev/unconfined: c}}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(Profiles.of(answer.body())).isEqualTo("P=RD c=-");
    }

    @Test
    void g01ABindingCannotBringAnAppArmorAnnotation() {
        given(pod("g01").level(runtimeDefault()));
        String binding = binding("g01", "{%s: unconfined}".formatted(BETA + "c"));

        Answer subresource = scene.api().post(scene.pod("g01", "/binding"), binding);
        Answer legacy = scene.api().post("/api/v1/namespaces/" + scene.namespace() + "/bindings", binding);

        assertThat(subresource.code()).as(subresource.message()).isEqualTo(403);
        assertThat(subresource.message()).contains("bindings.apparmor-admission.dev");
        assertThat(legacy.code()).as(legacy.message()).isEqualTo(403);
        assertThat(scene.stored("g01").at("/spec/nodeName").isMissingNode()).isTrue();
    }

    @Test
    void g02APlainBindingIsNotHeldUp() {
        given(pod("g02").level(runtimeDefault()));

        Answer answer = scene.api().post(scene.pod("g02", "/binding"), binding("g02", "{topology: rack-1}"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(scene.stored("g02").at("/spec/nodeName").asText()).isEqualTo("n1");
    }

    @Test
    void g03APodThatDriftedThroughABindingCanStillBeLabelled() {
        Answer answer = scene.api()
                .patch(
                        "/api/v1/namespaces/" + DRIFTED + "/pods/g03",
                        ApiServer.MERGE_PATCH,
                        json("{metadata: {labels: {a: b}}}"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(answer.at("/metadata/annotations").toString()).contains("unconfined");
    }

    private void given(PodDraft pod) {
        Answer answer = scene.create(pod);
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    private Answer merge(String pod, String yaml) {
        return scene.api().patch(scene.pod(pod, ""), ApiServer.MERGE_PATCH, json(yaml));
    }

    /** Added to those that the server gives to every pod: they can only become more. */
    private Answer tolerate(String pod) {
        return scene.api().patch(scene.pod(pod, ""), ApiServer.JSON_PATCH, """
                        [{"op": "add", "path": "/spec/tolerations/-", "value": {"operator": "Exists"}}]
                        """);
    }

    private static void assertRefused(Answer answer, String part) {
        assertThat(answer.code()).as(answer.message()).isEqualTo(422);
        assertThat(answer.message()).contains(part);
    }

    private static String json(String yaml) {
        JsonNode object = Manifest.parse(yaml);
        return object.toString();
    }

    private static String binding(String pod, String annotations) {
        return json("""
                apiVersion: v1
                kind: Binding
                metadata: {name: %s, annotations: %s}
                target: {apiVersion: v1, kind: Node, name: n1}
                """.formatted(pod, annotations));
    }

    private static String affinity(String terms) {
        return "{spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: %s}}}}}"
                .formatted(terms);
    }

    private static String term(String host) {
        return "{matchExpressions: [{key: host, operator: In, values: [%s]}]}".formatted(host);
    }
}
