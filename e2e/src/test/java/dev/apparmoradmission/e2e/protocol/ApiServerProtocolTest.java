package dev.apparmoradmission.e2e.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows H02–H08, H10–H13, H23 and H24: how this API server treats answers that our webhook must never give. They are
 * facts about Kubernetes on which the webhook's design rests; a release that changes one shows here.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiServerProtocolTest {
    private static final String COLLECTION = "/apis/admissionregistration.k8s.io/v1/";
    private static final String NAME = "scripted.e2e.apparmor-admission.dev";
    private static final String NAMESPACE = "e2e-protocol";
    private static final String LABEL = "e2e.apparmor-admission.dev/scripted";

    private Stage stage;
    private ApiServer api;
    private ScriptedWebhook webhook;

    @BeforeAll
    void begin(Stage stage, @TempDir Path directory) throws Exception {
        this.stage = stage;
        api = ApiServer.of(stage.cluster().kubeconfig());
        webhook = new ScriptedWebhook(directory, stage.cluster().webhookHost());
        stage.namespace(api, NAMESPACE, "{%s: \"true\"}".formatted(LABEL));
    }

    @AfterEach
    void unregister() {
        for (String kind : new String[] {"mutating", "validating"}) {
            api.delete(COLLECTION + kind + "webhookconfigurations/" + NAME);
        }
        // The API server forgets a registration a little later than it removes it.
        Scene.await("no webhook is asked", () -> {
            webhook.answers((asked, answer) -> {});
            return attempt("anyone").code() == 201 && webhook.asked().isEmpty();
        });
    }

    @AfterAll
    void end() {
        webhook.close();
        api.close();
    }

    @Test
    void h02APatchTypeWithoutAPatchIsAFailedCall() {
        register("mutating", "Fail", "");
        webhook.answers((asked, answer) -> response(answer).put("patchType", "JSONPatch"));

        Answer answer = attempt("h02");

        assertThat(answer.code()).isEqualTo(500);
        assertThat(answer.message()).contains("failed calling webhook \"" + NAME + "\"");
    }

    @Test
    void h03AnEmptyPatchIsNoChange() {
        register("mutating", "Fail", "");
        webhook.answers((asked, answer) -> patch(answer, "[]"));

        assertThat(attempt("h03").code()).isEqualTo(201);
    }

    @Test
    void h04APatchThatDoesNotApplyIsAnInternalErrorEvenUnderIgnore() {
        register("mutating", "Ignore", "");
        webhook.answers(
                (asked, answer) -> patch(answer, "[{\"op\":\"remove\",\"path\":\"/metadata/annotations/no\"}]"));

        assertThat(attempt("h04").code()).isEqualTo(500);
    }

    @Test
    void h05APatchedFieldThatTheServerDoesNotKnowIsLostInSilence() {
        register("mutating", "Fail", "");
        webhook.answers(
                (asked, answer) -> patch(answer, "[{\"op\":\"add\",\"path\":\"/spec/noSuchField\",\"value\":1}]"));

        Answer answer = attempt("h05");

        assertThat(answer.code()).isEqualTo(201);
        assertThat(answer.at("/spec/noSuchField").isMissingNode()).isTrue();
        assertThat(answer.warnings()).isEmpty();
    }

    @Test
    void h06AValidatingWebhookThatPatchesIsAFailedCall() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) -> patch(answer, "[]"));

        assertThat(attempt("h06").code()).isEqualTo(500);
    }

    @Test
    void h07AnAnswerOfAnotherVersionUidOrKindIsAFailedCall() {
        register("validating", "Fail", "");

        webhook.answers((asked, answer) -> answer.put("apiVersion", "admission.k8s.io/v1beta1"));
        assertThat(attempt("h07").code()).isEqualTo(500);
        webhook.answers((asked, answer) -> response(answer).put("uid", "another"));
        assertThat(attempt("h07").code()).isEqualTo(500);
        webhook.answers((asked, answer) -> answer.remove("kind"));
        assertThat(attempt("h07").code()).isEqualTo(500);
    }

    @Test
    void h08ExplicitNullsAreAsGoodAsNothing() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) -> response(answer)
                .putNull("patch")
                .putNull("patchType")
                .putNull("status")
                .putNull("warnings"));

        assertThat(attempt("h08").code()).isEqualTo(201);
    }

    @Test
    void h10ADenialWithoutStatusIsABadRequestWithoutExplanation() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) -> response(answer).put("allowed", false));

        Answer answer = attempt("h10");

        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.message())
                .isEqualTo("admission webhook \"" + NAME + "\" denied the request without explanation");
    }

    @Test
    void h11AWarningWithANewlineIsLost() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) ->
                response(answer).putArray("warnings").add("two\nlines").add("one line"));

        assertThat(attempt("h11").warnings()).containsExactly("one line");
    }

    @Test
    void h12TooManyLongWarningsAreCutTo16Of256Characters() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) -> {
            for (int i = 0; i < 21; i++) {
                response(answer).withArrayProperty("warnings").add((char) ('a' + i) + "x".repeat(299));
            }
        });

        assertThat(attempt("h12").warnings()).hasSize(16).allMatch(warning -> warning.length() == 256);
    }

    @Test
    void h13AuditKeysThatAreNoQualifiedNamesAreLost() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) -> response(answer)
                .putObject("auditAnnotations")
                .put("good", "1")
                .put("with space", "2")
                .put("with/slash", "3")
                .put("x".repeat(64), "4"));

        Answer answer = api.create(NAMESPACE, PodDraft.pod("h13").object(), "?dryRun=All");

        assertThat(answer.code()).isEqualTo(201);
        JsonNode annotations = audit(answer);
        assertThat(annotations.path(NAME + "/good").asText()).isEqualTo("1");
        assertThat(annotations.toString()).doesNotContain("with space", "with/slash", "xxxx");
    }

    @Test
    void h23AWebhookThatIsNotThereFailsTheRequestUnderFail() {
        register("validating", "Fail", "https://" + stage.cluster().webhookHost() + ":1/nobody");

        Scene.await("the dead webhook is asked", () -> attempt("h23").code() == 500);
        assertThat(attempt("h23").message())
                .startsWith("Internal error occurred: failed calling webhook \"" + NAME
                        + "\": failed to call webhook: Post \"https://");
    }

    @Test
    void h24UnderIgnoreASilentWebhookIsPassedOverAndTheAuditLogSaysSo() {
        register("validating", "Ignore", "");
        webhook.answers((asked, answer) -> {
            try {
                Thread.sleep(5_000);
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });

        Answer answer = attempt("h24");

        assertThat(answer.code()).isEqualTo(201);
        assertThat(audit(answer).toString()).contains("failed-open.validating.webhook.admission.k8s.io/round_0_index_");
    }

    @Test
    void aMutatingWebhookSeesThePodBeforeTheSyncAndWithoutItsGeneratedName() {
        register("mutating", "Fail", "");
        webhook.answers((asked, answer) -> {});

        api.create(
                NAMESPACE,
                PodDraft.pod("").generated("h15-").beta("c", "unconfined").object(),
                "?dryRun=All");

        JsonNode object = webhook.asked().get(0).path("object");
        assertThat(object.at("/metadata/name").isMissingNode()).isTrue();
        assertThat(webhook.asked().get(0).path("name").asText()).isEmpty();
        assertThat(object.at("/spec/containers/0/securityContext").isMissingNode())
                .isTrue();
    }

    @Test
    void aValidatingWebhookSeesThePodAfterTheSyncAndWithItsGeneratedName() {
        register("validating", "Fail", "");
        webhook.answers((asked, answer) -> {});

        api.create(
                NAMESPACE,
                PodDraft.pod("").generated("h15-").beta("c", "unconfined").object(),
                "?dryRun=All");

        JsonNode object = webhook.asked().get(0).path("object");
        assertThat(object.at("/metadata/name").asText()).startsWith("h15-").hasSizeGreaterThan(4);
        assertThat(object.at("/spec/containers/0/securityContext/appArmorProfile/type")
                        .asText())
                .isEqualTo("Unconfined");
    }

    private Answer attempt(String name) {
        return api.create(NAMESPACE, PodDraft.pod(name).object(), "?dryRun=All");
    }

    private JsonNode audit(Answer answer) {
        java.util.concurrent.atomic.AtomicReference<JsonNode> event =
                new java.util.concurrent.atomic.AtomicReference<>();
        Scene.await("audit event", () -> {
            try {
                stage.cluster().auditLog().eventsWith(answer.auditId()).forEach(line -> event.set(Manifest.json(line)));
            } catch (java.io.IOException failure) {
                throw new IllegalStateException(failure.getMessage(), failure);
            }
            return event.get() != null;
        });
        return event.get().path("annotations");
    }

    /** Registers, and unless another URL is given waits until the API server asks the scripted webhook. */
    private void register(String kind, String failurePolicy, String url) {
        ObjectNode configuration = Manifest.parse("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: %s
                metadata: {name: %s}
                webhooks:
                  - name: %s
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    timeoutSeconds: 3
                    failurePolicy: %s
                    namespaceSelector: {matchLabels: {%s: "true"}}
                    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
                """.formatted(
                        kind.equals("mutating") ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration",
                        NAME,
                        NAME,
                        failurePolicy,
                        LABEL));
        String target =
                url.isEmpty() ? "https://" + stage.cluster().webhookHost() + ":" + webhook.port() + "/" + kind : url;
        ((ObjectNode) configuration.at("/webhooks/0"))
                .putObject("clientConfig")
                .put("url", target)
                .put(
                        "caBundle",
                        Base64.getEncoder().encodeToString(webhook.certificate().getBytes(StandardCharsets.UTF_8)));
        webhook.answers((asked, answer) -> {});
        Answer answer = api.post(COLLECTION + kind + "webhookconfigurations", configuration.toString());
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        if (url.isEmpty()) {
            Scene.await("the scripted webhook is asked", () -> {
                attempt("anyone");
                return !webhook.asked().isEmpty();
            });
        }
    }

    private static ObjectNode response(ObjectNode answer) {
        return (ObjectNode) answer.path("response");
    }

    private static void patch(ObjectNode answer, String patch) {
        response(answer)
                .put("patchType", "JSONPatch")
                .put("patch", Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)));
    }
}
