package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.scene.Workloads;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.Metrics;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Dry-run audit mode: nothing changes for anybody, and everything is on record. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DryRunAuditModeTest {
    private static final String VALIDATE = "validate.apparmor-admission.dev/";
    private static final String MUTATE = "mutate.apparmor-admission.dev/";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("restricted.yaml")
                .dryRun()
                .nodes(TestNode.N1, TestNode.N2)
                .inventory(
                        "inventory",
                        Map.of(
                                "n1", "# apparmor: enabled\nk8s-nginx (enforce)\nlearn (complain)\n",
                                "n2", "# apparmor: enabled\nlearn (complain)\n")));
    }

    static Stream<Arguments> pods() {
        return Stream.of(
                Arguments.of(
                        "localhost-not-loaded", pod("not-loaded").field(localhost("k8s-nginx")), "P=- c=LH(k8s-nginx)"),
                Arguments.of("localhost-mode", pod("mode").field(localhost("learn")), "P=- c=LH(learn)"),
                Arguments.of("unconfined", pod("by-field").field(unconfined()), "P=- c=UC"),
                Arguments.of("unconfined", pod("by-pod-level").level(unconfined()), "P=UC c=-"),
                Arguments.of("unconfined", pod("by-annotation").beta("c", "unconfined"), "P=- c=UC"),
                Arguments.of("privileged", pod("privileged").privileged(), "P=- c=-"),
                Arguments.of(
                        "exception-invalid",
                        pod("expired")
                                .field(unconfined())
                                .excused("c")
                                .annotation("apparmor-admission.dev/expires", "2024-02-29"),
                        "P=- c=UC"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("pods")
    void whatWouldBeDeniedIsStoredAsItIsAndRecorded(String rule, PodDraft pod, String profiles) {
        Metrics before = scene.webhook().metrics();

        Answer answer = scene.create(pod);

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings()).noneMatch(warning -> warning.contains("AppArmor: "));
        assertThat(Profiles.of(scene.stored(pod.name()).body())).isEqualTo(profiles);
        JsonNode audit = scene.auditAnnotations(answer);
        assertThat(audit.path(VALIDATE + "findings").asText()).contains(rule + "=Audit");
        assertThat(audit.path(VALIDATE + "would-deny").asText()).contains("AppArmor: ", "[" + rule + "]");
        String[] labels = {"rule=\"" + rule + "\"", "action=\"Audit\"", "namespace=\"" + scene.namespace() + "\""};
        assertThat(scene.webhook().metrics().sum("apparmor_admission_findings_total", labels))
                .isGreaterThan(before.sum("apparmor_admission_findings_total", labels));
    }

    @Test
    void aPodWithoutAProfileIsNotPatchedButThePatchIsOnRecord() {
        Answer answer = scene.create(pod("plain"));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(Profiles.of(scene.stored("plain").body())).isEqualTo("P=- c=-");
        assertThat(scene.auditAnnotations(answer).path(MUTATE + "would-patch").asText())
                .contains("/spec/securityContext/appArmorProfile");
    }

    @Test
    void anUnconfinedDebugContainerIsAdmittedAndRecorded() {
        assertThat(scene.create(pod("debugged").on("n1")).code()).isEqualTo(201);

        Answer answer =
                scene.api().patch(scene.pod("debugged", "/ephemeralcontainers"), ApiServer.STRATEGIC_PATCH, """
                        {"spec": {"ephemeralContainers": [{"name": "d", "image": "i",
                          "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}
                        """);

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(scene.auditAnnotations(answer).path(VALIDATE + "would-deny").asText())
                .contains("\"d\"", "[unconfined]");
    }

    @Test
    void aTemplateGivesNoWarning() {
        Answer answer = scene.attempt(Workloads.deployment("web", pod("").level(unconfined())));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings()).isEmpty();
        assertThat(scene.auditAnnotations(answer)
                        .path("templates.apparmor-admission.dev/findings")
                        .asText())
                .contains("unconfined=Audit");
    }
}
