package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the Prometheus operator and Grafana are given, before an API server that knows the operator's kinds. */
@ExtendWith(RealApiServer.class)
class MonitoringTest {
    private static final String DRY = "?dryRun=All&fieldManager=install&fieldValidation=Strict&force=true";
    private static final List<String> KINDS = List.of("ServiceMonitor", "PrometheusRule");

    private static Renderers renderers = new Renderers(List.of(), List.of());
    private static AutoCloseable opened = () -> {};
    private static AutoCloseable kinds = () -> {};

    @BeforeAll
    static void install(Stage stage) throws Exception {
        renderers = Renderers.find();
        ApiServer admin = ApiServer.of(stage.cluster().kubeconfig());
        opened = admin;
        stage.namespace(admin, Renderers.NAMESPACE, "{}");
        kinds = OperatorKinds.install(admin);
    }

    @AfterAll
    static void remove() throws Exception {
        kinds.close();
        opened.close();
    }

    @Test
    void theOperatorsOwnSchemaTakesWhatKustomizeAndHelmRender(Stage stage) throws Exception {
        Overlay overlay = Overlay.all().stream()
                .filter(each -> each.name().equals("monitoring"))
                .findFirst()
                .orElseThrow();
        String helm = renderers
                .template(
                        Renderers.NAMESPACE,
                        "monitoring.enabled=true",
                        "monitoring.labels={\"release\":\"kube-prometheus-stack\"}")
                .text();
        try (ApiServer admin = ApiServer.of(stage.cluster().kubeconfig())) {
            for (String rendered : List.of(renderers.kustomized(overlay.directory()), helm)) {
                List<ObjectNode> ours = Renderers.objects(rendered).stream()
                        .filter(object -> KINDS.contains(object.path("kind").asText()))
                        .toList();
                assertThat(ours).hasSize(2);
                for (ObjectNode object : ours) {
                    Answer answer = apply(admin, object);
                    assertThat(answer.ok()).as(answer.message()).isTrue();
                    assertThat(answer.warnings()).isEmpty();
                }
            }
        }
        assertThat(Renderers.objects(helm))
                .filteredOn(object -> KINDS.contains(object.path("kind").asText()))
                .allSatisfy(object -> assertThat(
                                object.at("/metadata/labels/release").asText())
                        .isEqualTo("kube-prometheus-stack"));
    }

    /** The lines of the guide, below an overlay of one's own. */
    @Test
    void theGuidesPatchLabelsWhatAPrometheusSelects() throws Exception {
        String patch = Pattern.compile("(?s)```yaml\n(.*?)```")
                .matcher(Files.readString(Renderers.DEPLOY.resolve("README.md")))
                .results()
                .map(found -> found.group(1))
                .filter(block -> block.contains("monitoring.coreos.com"))
                .findFirst()
                .orElseThrow();
        Path overlay = Overlay.all().stream()
                .filter(each -> each.name().equals("monitoring"))
                .findFirst()
                .orElseThrow()
                .directory();
        Path own = Files.createDirectories(overlay.resolveSibling("monitoring-labelled"));
        Files.writeString(
                own.resolve("kustomization.yaml"), Files.readString(overlay.resolve("kustomization.yaml")) + patch);

        assertThat(Renderers.objects(renderers.kustomized(own)))
                .filteredOn(object -> object.at("/metadata/labels").has("release"))
                .extracting(object -> object.path("kind").asText())
                .containsExactlyInAnyOrderElementsOf(KINDS);
    }

    @Test
    void aFieldThatTheOperatorDoesNotKnowWouldBeNoticed(Stage stage) {
        try (ApiServer admin = ApiServer.of(stage.cluster().kubeconfig())) {
            Answer answer = apply(admin, Manifest.parse("""
                    apiVersion: monitoring.coreos.com/v1
                    kind: ServiceMonitor
                    metadata: {name: mistaken, namespace: apparmor-admission}
                    spec: {selector: {}, endpoints: [{port: management, honourLabels: true}]}
                    """));

            assertThat(answer.ok()).isFalse();
            assertThat(answer.message()).contains("honourLabels");
        }
    }

    /** The Service of the metrics selects the webhook's pods, the monitor that Service, and both speak of the same port. */
    @Test
    void theMonitorFindsEveryReplicaByAPortThatThePodHas() throws Exception {
        List<ObjectNode> objects = Renderers.objects(renderers
                .template(Renderers.NAMESPACE, "monitoring.enabled=true")
                .text());
        ObjectNode monitor = one(objects, "ServiceMonitor", "apparmor-admission");
        ObjectNode service = one(objects, "Service", "apparmor-admission-metrics");
        ObjectNode deployment = one(objects, "Deployment", "apparmor-admission");

        monitor.at("/spec/selector/matchLabels")
                .properties()
                .forEach(label -> assertThat(service.at("/metadata/labels").path(label.getKey()))
                        .isEqualTo(label.getValue()));
        // The other Service does not have that port, and must not be found by this selector.
        assertThat(one(objects, "Service", "apparmor-admission")
                        .at("/metadata/labels")
                        .has("app.kubernetes.io/component"))
                .isFalse();
        assertThat(service.at("/spec/selector")).isEqualTo(deployment.at("/spec/selector/matchLabels"));
        assertThat(service.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        assertThat(monitor.at("/spec/endpoints/0/port").asText())
                .isEqualTo(service.at("/spec/ports/0/name").asText());
        assertThat(deployment.at("/spec/template/spec/containers/0/ports"))
                .anySatisfy(port -> assertThat(port.path("name").asText())
                        .isEqualTo(service.at("/spec/ports/0/targetPort").asText()));
    }

    private static ObjectNode one(List<ObjectNode> objects, String kind, String name) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind)
                        && object.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Answer apply(ApiServer admin, ObjectNode object) {
        String path =
                Manifest.collection(object, object.at("/metadata/namespace").asText()) + "/"
                        + object.at("/metadata/name").asText();
        return admin.patch(path + DRY, ApiServer.APPLY_PATCH, object.toString());
    }
}
