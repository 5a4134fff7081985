package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Kustomize and Helm install the same objects, and the chart says what is wrong with values that cannot be. */
class ChartAgreesTest {
    private static Renderers renderers = new Renderers(List.of(), List.of());

    @BeforeAll
    static void find() throws Exception {
        renderers = Renderers.find();
    }

    static List<Overlay> overlays() throws IOException {
        return Overlay.all();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void theChartInstallsWhatTheOverlayInstalls(Overlay overlay) {
        Map<String, String> kustomized = normalised(renderers.kustomized(overlay.directory()));
        Map<String, String> templated = normalised(renderers
                .template(Renderers.NAMESPACE, overlay.valueArguments())
                .text());
        System.out.println(
                overlay + ": " + kustomized.size() + " objects by Kustomize, " + templated.size() + " by Helm");

        assertThat(templated.keySet()).containsExactlyElementsOf(kustomized.keySet());
        templated.forEach((name, object) -> assertThat(object).as(name).isEqualTo(kustomized.get(name)));
    }

    /** In another namespace than ours, which the policies in CEL name too, nothing is left that points to ours. */
    @Test
    void theChartFollowsTheNamespaceOfItsRelease() throws IOException {
        Overlay everything = overlays().get(overlays().size() - 1);
        String there =
                renderers.template("elsewhere-ns", everything.valueArguments()).text();
        String here = renderers
                .template(Renderers.NAMESPACE, everything.valueArguments())
                .text();

        assertThat(there)
                .doesNotContain(
                        "namespace: apparmor-admission\n",
                        "namespace: apparmor-admission}",
                        "namespace: apparmor-admission,",
                        "serviceaccount:apparmor-admission:",
                        "namespace == 'apparmor-admission'",
                        "apparmor-admission.apparmor-admission.svc",
                        "\"apparmor-admission\"]");
        assertThat(normalised(there.replace("elsewhere-ns", Renderers.NAMESPACE)))
                .isEqualTo(normalised(here));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas=\"two\" | /replicas",
                "replicas=0 | /replicas",
                "replica=3 | replica",
                "tls.mode=\"selfmanaged\" | /tls/mode",
                "failurePolicy=\"fail\" | /failurePolicy",
                "policies.shipped=[\"base\"] | /policies/shipped/0",
                "policies.files={\"../x.yaml\":\"y\"} | /policies/files",
                "image.digest=\"sha256:12\" | /image/digest",
                "networkPolicy.apiServerPorts=[70000] | /networkPolicy/apiServerPorts/0",
                "settings={\"PATH\":\"/\"} | /settings",
                "monitoring.interval=\"often\" | /monitoring/interval",
                "reports.kind=\"report\" | /reports/kind",
                "scan.schedule=\"now\" | /scan/schedule",
                "policies.shipped=[] | policies.shipped",
                "backstop={\"enabled\":\"yes\"} | /backstop/enabled",
                "policies.files={\"baseline.yaml\":\"y\"} | baseline.yaml"
            })
    void aValueThatCannotBeIsNamed(String value, String name) {
        Run run = renderers.template(Renderers.NAMESPACE, value);
        System.out.println(value + ": " + run.err().strip().replace('\n', ' '));

        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains(name);
    }

    @Test
    void ownPoliciesAndSettingsArriveAsTheyWereGiven() {
        List<ObjectNode> objects = Renderers.objects(renderers
                .template(
                        Renderers.NAMESPACE,
                        "policies.shipped=[]",
                        "policies.files={\"own.yaml\":\"kind: AppArmorPolicy\\n# {{ no template }}\\n\"}",
                        "settings={\"APPARMOR_ADMISSION_HOLD_DEADLINE\":\"20M\"}",
                        "image.digest=\"sha256:" + "0".repeat(64) + "\"")
                .text());
        JsonNode map = one(objects, "ConfigMap");
        JsonNode container = one(objects, "Deployment").at("/spec/template/spec/containers/0");

        assertThat(map.path("data").size()).isEqualTo(1);
        assertThat(map.path("data").path("own.yaml").asText()).isEqualTo("kind: AppArmorPolicy\n# {{ no template }}\n");
        assertThat(container.path("env").toString())
                .contains("{\"name\":\"APPARMOR_ADMISSION_HOLD_DEADLINE\",\"value\":\"20M\"}");
        assertThat(container.path("image").asText()).isEqualTo("apparmor-admission@sha256:" + "0".repeat(64));
    }

    @Test
    void helmFindsNothingToMendInTheChart() {
        Run lint = renderers.lint();

        assertThat(lint.code()).as(lint.out() + lint.err()).isZero();
    }

    private static JsonNode one(List<ObjectNode> objects, String kind) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Objects by kind and name, without what says who made them. The namespace is nobody's business in a chart: Helm has to
     * find it there. The order of variables, volumes and mounts means nothing.
     */
    private static Map<String, String> normalised(String yaml) {
        Map<String, String> objects = new TreeMap<>();
        for (ObjectNode object : Renderers.objects(yaml)) {
            if (object.path("kind").asText().equals("Namespace")) {
                continue;
            }
            if (object.at("/metadata/labels") instanceof ObjectNode labels) {
                labels.remove(List.of("app.kubernetes.io/managed-by", "helm.sh/chart"));
            }
            for (String spec : List.of("/spec/template/spec", "/spec/jobTemplate/spec/template/spec")) {
                byName(object.at(spec + "/volumes"));
                for (JsonNode container : object.at(spec + "/containers")) {
                    byName(container.path("env"));
                    byName(container.path("volumeMounts"));
                }
            }
            String name = object.path("kind").asText() + " "
                    + object.at("/metadata/namespace").asText() + "/"
                    + object.at("/metadata/name").asText();
            assertThat(objects.put(name, sorted(object).toPrettyString()))
                    .as(name + " twice")
                    .isNull();
        }
        return objects;
    }

    private static void byName(JsonNode list) {
        if (list instanceof ArrayNode array) {
            List<JsonNode> sorted = StreamSupport.stream(array.spliterator(), false)
                    .sorted(Comparator.comparing(one -> one.path("name").asText()))
                    .toList();
            array.removeAll();
            array.addAll(sorted);
        }
    }

    private static JsonNode sorted(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode sorted = object.objectNode();
            object.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(field -> sorted.set(field.getKey(), sorted(field.getValue())));
            return sorted;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode sorted = array.arrayNode();
            array.forEach(element -> sorted.add(sorted(element)));
            return sorted;
        }
        return node;
    }
}
