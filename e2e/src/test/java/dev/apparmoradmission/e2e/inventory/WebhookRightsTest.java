package dev.apparmoradmission.e2e.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What whoever has the token of a webhook with self-managed certificates can do about Secrets, under the rights as shipped. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookRightsTest {
    private static final String SECRETS = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/secrets";
    private static final String DRY = "?dryRun=All";

    private ApiServer admin;
    private ApiServer webhook;
    private Installed installed;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        Path deploy = stage.directory().resolveSibling("deploy");
        Path tls = deploy.resolve("components").resolve("self-managed-tls");
        admin = ApiServer.of(stage.cluster().kubeconfig());
        installed = new Installed(admin);
        installed.file(deploy.resolve("base").resolve("rbac.yaml"));
        installed.file(tls.resolve("rbac-self-managed-tls.yaml"));
        installed.file(tls.resolve("tls-writers.yaml"));
        installed.object(Manifest.parse("""
                {apiVersion: v1, kind: Secret, metadata: {name: of-somebody-else, namespace: %s}, stringData: {key: secret}}
                """.formatted(WebhookProcess.NAMESPACE)));
        String token = admin.post(
                        "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/serviceaccounts/apparmor-admission/token",
                        "{}")
                .at("/status/token")
                .asText();
        webhook = ApiServer.of(stage.cluster().kubeconfig(), token);
        Scene.await(
                "rights and policy",
                () -> make("another", "Opaque", "{}").message().contains("the webhook makes one Secret"));
    }

    @AfterAll
    void end() {
        installed.close();
        webhook.close();
        admin.close();
    }

    private Answer make(String name, String type, String annotations) {
        return webhook.post(
                SECRETS + DRY,
                Manifest.parse("""
                        {apiVersion: v1, kind: Secret, metadata: {name: %s, annotations: %s}, type: %s}
                        """.formatted(name, annotations, type)).toString());
    }

    @Test
    void itMakesItsOwnSecret() {
        Answer answer = make("apparmor-admission-tls", "Opaque", "{}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    @Test
    void itCannotHaveTheClusterFillASecretWithALastingToken() {
        String account = "{kubernetes.io/service-account.name: apparmor-admission}";

        Answer answer = make("apparmor-admission-tls", "kubernetes.io/service-account-token", account);

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message()).contains("of type Opaque");
    }

    @Test
    void itCannotMakeAnySecretBesideItsOwn() {
        assertThat(make("another", "Opaque", "{}").code()).isEqualTo(403);
        Answer unnamed = webhook.post(
                SECRETS + DRY,
                Manifest.parse("{apiVersion: v1, kind: Secret, metadata: {generateName: apparmor-admission-tls}}")
                        .toString());
        assertThat(unnamed.code()).as(unnamed.message()).isEqualTo(403);
    }

    @Test
    void itReadsNoOtherSecretNeitherByNameNorByList() {
        assertThat(webhook.get(SECRETS + "/of-somebody-else").code()).isEqualTo(403);
        assertThat(webhook.get(SECRETS).code()).isEqualTo(403);
        assertThat(webhook.get("/api/v1/secrets").code()).isEqualTo(403);
        assertThat(webhook.get("/api/v1/namespaces/kube-system/secrets").code()).isEqualTo(403);
    }

    @Test
    void itReadsNoConfigurationOfAnotherWebhookAndNoPods() {
        assertThat(webhook.get("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations")
                        .code())
                .isEqualTo(403);
        assertThat(webhook.get("/api/v1/pods").code()).isEqualTo(403);
        assertThat(webhook.get("/api/v1/namespaces/default/configmaps").code()).isEqualTo(403);
    }
}
