package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every overlay, applied to a real API server that stores nothing and takes no field that it does not know. */
@ExtendWith(RealApiServer.class)
class RealServerTakesItTest {
    private static final String DRY = "?dryRun=All&fieldManager=install&fieldValidation=Strict&force=true";
    /** Kinds of cert-manager, which is not here, and of the Prometheus operator, which MonitoringTest brings. */
    private static final Set<String> FOREIGN = Set.of("Certificate", "Issuer", "ServiceMonitor", "PrometheusRule");

    private static Renderers renderers = new Renderers(List.of(), List.of());

    @BeforeAll
    static void find(Stage stage) throws Exception {
        renderers = Renderers.find();
        try (ApiServer admin = ApiServer.of(stage.cluster().kubeconfig())) {
            stage.namespace(admin, Renderers.NAMESPACE, "{}");
            stage.namespace(
                    admin,
                    "as-strict-as-can-be",
                    "{pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted}");
        }
    }

    static List<Overlay> overlays() throws IOException {
        return Overlay.all();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void theApiServerTakesEveryObjectWithoutAWarning(Overlay overlay, Stage stage) {
        int taken = 0;
        try (ApiServer admin = ApiServer.of(stage.cluster().kubeconfig())) {
            for (ObjectNode object : Renderers.objects(renderers.kustomized(overlay.directory()))) {
                if (FOREIGN.contains(object.path("kind").asText())) {
                    continue;
                }
                JsonNode metadata = object.path("metadata");
                String path =
                        Manifest.collection(object, metadata.path("namespace").asText()) + "/"
                                + metadata.path("name").asText();
                Answer answer = admin.patch(path + DRY, ApiServer.APPLY_PATCH, object.toString());

                assertThat(answer.ok()).as(path + ": " + answer.message()).isTrue();
                assertThat(answer.warnings()).as(path).isEmpty();
                taken++;
            }
        }
        System.out.println(overlay + ": " + taken + " objects taken");
        assertThat(taken).isGreaterThanOrEqualTo(13);
    }

    /** Kubernetes' own judgement: Pod Security warns about a template as it would refuse its pods. */
    @ParameterizedTest
    @MethodSource("overlays")
    void theWebhooksPodPassesPodSecuritysStrictestLevel(Overlay overlay, Stage stage) {
        ObjectNode deployment = Renderers.objects(renderers.kustomized(overlay.directory())).stream()
                .filter(object -> object.path("kind").asText().equals("Deployment"))
                .findFirst()
                .orElseThrow();
        String strict = "as-strict-as-can-be";
        ((ObjectNode) deployment.path("metadata")).put("namespace", strict);
        try (ApiServer admin = ApiServer.of(stage.cluster().kubeconfig())) {
            Answer answer = admin.create(strict, deployment, "?dryRun=All&fieldValidation=Strict");

            assertThat(answer.code()).as(answer.message()).isEqualTo(201);
            assertThat(answer.warnings()).isEmpty();
            ((ObjectNode) deployment.at("/spec/template/spec")).put("hostNetwork", true);
            assertThat(admin.create(strict, deployment, "?dryRun=All").warnings())
                    .as("it would have warned")
                    .isNotEmpty();
        }
    }

    /** As a user checks what he is about to apply: {@code kubectl kustomize … | check -}. */
    @ParameterizedTest
    @MethodSource("overlays")
    void ourOwnPolicyAllowsEverythingThatIsInstalled(Overlay overlay) {
        Path root = Renderers.DEPLOY.resolveSibling(".").normalize();
        Path jar = Settings.ofProcess()
                .path("E2E_WEBHOOK_JAR")
                .orElseGet(() -> root.resolve("target").resolve("quarkus-app").resolve("quarkus-run.jar"));
        Run check = Run.of(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "check",
                        "-",
                        "--policy",
                        root.resolve("policies").resolve("restricted.yaml").toString(),
                        "--output",
                        "json"),
                renderers.kustomized(overlay.directory()));

        assertThat(check.code()).as(check.out() + check.err()).isZero();
        assertThat(Manifest.json(check.out()).at("/summary/workloads").asInt()).isPositive();
        assertThat(Manifest.json(check.out()).at("/summary/denied").asInt()).isZero();
    }

    @Test
    void aTypingMistakeWouldBeNoticed(Stage stage) {
        try (ApiServer admin = ApiServer.of(stage.cluster().kubeconfig())) {
            Answer answer = admin.patch(
                    "/apis/policy/v1/namespaces/apparmor-admission/poddisruptionbudgets/mistaken" + DRY,
                    ApiServer.APPLY_PATCH,
                    Manifest.parse("{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: mistaken},"
                                    + " spec: {maxUnavailible: 1}}")
                            .toString());

            assertThat(answer.ok()).isFalse();
            assertThat(answer.message()).contains("maxUnavailible");
        }
    }
}
