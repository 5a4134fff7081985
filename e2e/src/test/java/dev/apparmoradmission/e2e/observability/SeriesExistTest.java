package dev.apparmoradmission.e2e.observability;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.observability.Dashboard.Query;
import dev.apparmoradmission.e2e.observability.PrometheusTools.Run;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever the alerts and the dashboard ask for is there, at a webhook that has judged a few pods, or at the API server that has
 * called it, with and without success.
 */
@ExtendWith(RealApiServer.class)
class SeriesExistTest {
    private static final List<String> CONFIGURATIONS =
            List.of("mutatingwebhookconfigurations", "validatingwebhookconfigurations");

    /** Comes with the first exception by annotation that a pass over the cluster finds; {@code ExceptionMetricsTest} shows it. */
    private static final String FROM_A_PASS = "apparmor_admission_annotation_expiry_seconds";

    private static Optional<PrometheusTools> prometheus = Optional.empty();
    private static String webhooks = "";
    private static Series series = new Series(List.of());

    @BeforeAll
    static void provokeEverything(Stage stage, @TempDir Path policies) throws IOException {
        prometheus = Optional.of(PrometheusTools.find());
        Path shipped = PrometheusTools.E2E.resolveSibling("policies").resolve("baseline.yaml");
        Files.copy(shipped, policies.resolve("baseline.yaml"));
        Files.writeString(policies.resolve("grant.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: node-exporter}
                spec:
                  namespaces: [monitoring]
                  containers: ["*"]
                  permits: [unconfined]
                  reason: reads the host's /proc
                  owner: team-observability
                  expires: "2999-12-31"
                """);
        Scene scene = stage.set(world -> world.policy(policies)
                .nodes(TestNode.N1)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n")));
        assertThat(scene.attempt(pod("denied").field(unconfined())).code()).isEqualTo(403);
        assertThat(scene.attempt(pod("excused").field(unconfined()).excused("*"))
                        .warnings())
                .isNotEmpty();
        assertThat(scene.attempt(pod("allowed").field(runtimeDefault())).code()).isEqualTo(201);
        webhooks = scene.process().metrics().text();

        scene.process().kill();
        assertThat(scene.attempt(pod("unjudged").field(runtimeDefault())).code())
                .isEqualTo(500);
        ignoreFailures(scene.api());
        Scene.await(
                "let pass",
                () -> scene.attempt(pod("let-pass").field(runtimeDefault())).code() == 201);
        series = Series.of(webhooks + "\n" + scene.api().client().raw("/metrics"));
    }

    private static void ignoreFailures(ApiServer api) {
        for (String kind : CONFIGURATIONS) {
            String path = "/apis/admissionregistration.k8s.io/v1/" + kind + "/apparmor-admission";
            var configuration = Manifest.parse(api.get(path).body().toString());
            configuration
                    .withArray("webhooks")
                    .forEach(webhook -> ((ObjectNode) webhook).put("failurePolicy", "Ignore"));
            assertThat(api.put(path, configuration.toString()).ok()).isTrue();
        }
    }

    @Test
    void prometheusReadsEveryQueryOfTheDashboardAndTheSeriesAreThere() throws Exception {
        assertAllThere(Dashboard.shipped().queries());
    }

    @Test
    void theSeriesOfEveryAlertAreThere() throws Exception {
        List<Query> queries = new ArrayList<>();
        for (JsonNode group : Manifest.all(PrometheusTools.DEPLOY.resolve("alerts.yaml"))
                .get(0)
                .at("/spec/groups")) {
            group.path("rules")
                    .forEach(rule -> queries.add(new Query(
                            rule.path("alert").asText(), rule.path("expr").asText())));
        }
        assertAllThere(queries);
    }

    @Test
    void aSeriesThatIsNotThereWouldBeNoticed() throws Exception {
        JsonNode selectors = selectors(List.of(new Query("none", "sum(apparmor_admission_decision_total)")))
                .get(0);

        assertThat(series.have(selectors.get(0))).isFalse();
    }

    /** Nobody can see who made which pod, or what its name is, from the metrics. */
    @Test
    void noPodIsNamed() {
        assertThat(webhooks).doesNotContain("denied\"", "excused", "system:admin");
    }

    private static void assertAllThere(List<Query> queries) throws Exception {
        List<JsonNode> selectors = selectors(queries);
        int asked = 0;
        for (int i = 0; i < queries.size(); i++) {
            for (JsonNode selector : selectors.get(i)) {
                assertThat(series.have(selector)
                                || selector.path("name").asText().equals(FROM_A_PASS))
                        .as("%s: %s", queries.get(i).panel(), selector)
                        .isTrue();
                asked++;
            }
        }
        System.out.println(queries.size() + " queries ask for " + asked + " series, all of them there");
        assertThat(asked).isGreaterThanOrEqualTo(queries.size());
    }

    private static List<JsonNode> selectors(List<Query> queries) throws Exception {
        StringBuilder lines = new StringBuilder();
        queries.forEach(query ->
                lines.append(query.expression().replaceAll("\\s+", " ")).append('\n'));
        Run run = prometheus.orElseThrow().parse("selectors", lines.toString());
        assertThat(run.code()).as(run.text()).isZero();
        List<JsonNode> selectors = run.text().lines().map(Manifest::json).toList();
        assertThat(selectors).hasSameSizeAs(queries);
        return selectors;
    }
}
