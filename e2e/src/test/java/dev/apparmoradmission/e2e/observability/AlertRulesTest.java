package dev.apparmoradmission.e2e.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.observability.PrometheusTools.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prometheus itself reads {@code deploy/alerts.yaml}, and plays through what each alert does over time. */
class AlertRulesTest {
    private static final Path ALERTS = PrometheusTools.DEPLOY.resolve("alerts.yaml");
    private static final Path TESTS = PrometheusTools.E2E.resolve("alerts").resolve("tests.yaml");

    @TempDir
    Path directory;

    private PrometheusTools prometheus;

    @BeforeEach
    void find() {
        prometheus = PrometheusTools.find();
    }

    private static ObjectNode spec() throws IOException {
        return (ObjectNode) Manifest.all(ALERTS).get(0).path("spec");
    }

    private static List<ObjectNode> alerts(JsonNode spec) {
        List<ObjectNode> alerts = new ArrayList<>();
        spec.path("groups").forEach(group -> group.path("rules").forEach(rule -> alerts.add((ObjectNode) rule)));
        return alerts;
    }

    private static Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        alerts(spec()).forEach(alert -> names.add(alert.path("alert").asText()));
        return names;
    }

    @Test
    void prometheusReadsEveryAlertThatWeShip() throws Exception {
        Run run = prometheus.parse("rules", spec().toString());
        System.out.print("Prometheus reads:\n" + run.text());

        assertThat(run.code()).as(run.text()).isZero();
        assertThat(run.text().lines()).hasSameSizeAs(names());
    }

    @Test
    void itWouldNoticeAnExpressionOrATemplateThatIsBroken() throws Exception {
        Run expression = prometheus.parse(
                "rules", "{\"groups\":[{\"name\":\"g\",\"rules\":[{\"alert\":\"A\",\"expr\":\"max(x{) > 0\"}]}]}");
        assertThat(expression.code()).isEqualTo(1);
        assertThat(expression.text()).contains("could not parse expression");

        Run template = prometheus.parse(
                "rules",
                "{\"groups\":[{\"name\":\"g\",\"rules\":[{\"alert\":\"A\",\"expr\":\"x > 0\","
                        + "\"annotations\":{\"summary\":\"{{ $vlaue }}\"}}]}]}");
        assertThat(template.code()).as(template.text()).isEqualTo(1);
    }

    @Test
    void eachAlertFiresWhenItShouldAndOnlyThen() throws Exception {
        Run run = play(alert -> {});
        System.out.print("promtool test rules: " + names().size() + " alerts:" + run.text());

        assertThat(run.code()).as(run.text()).isZero();
    }

    @Test
    void thereIsACourseOfThingsForEachAlertInWhichItFiresAndOneInWhichItDoesNot() throws Exception {
        Set<String> fires = new TreeSet<>();
        Set<String> keepsQuiet = new TreeSet<>();
        for (JsonNode course : Manifest.parse(Files.readString(TESTS)).path("tests")) {
            for (JsonNode look : course.path("alert_rule_test")) {
                (look.has("exp_alerts") ? fires : keepsQuiet)
                        .add(look.path("alertname").asText());
            }
        }

        assertThat(fires).isEqualTo(names());
        assertThat(keepsQuiet).isEqualTo(names());
    }

    @Test
    void anAlertThatNeverFiredOrAlwaysDidWouldBeNoticed() throws Exception {
        Run never = play(alert -> alert.put("expr", "vector(1) < 0"));
        Run always = play(alert -> {
            alert.put("expr", "vector(1)");
            alert.remove("for");
        });

        for (String name : names()) {
            assertThat(never.text()).contains("alertname: " + name + ",");
            assertThat(always.text()).contains("alertname: " + name + ",");
        }
    }

    /** The rules with their summary only: promtool compares all annotations letter by letter, and the others are constant. */
    private Run play(Consumer<ObjectNode> change) throws Exception {
        ObjectNode spec = spec();
        for (ObjectNode alert : alerts(spec)) {
            ((ObjectNode) alert.path("annotations")).retain("summary");
            change.accept(alert);
        }
        Files.writeString(directory.resolve("rules.yaml"), spec.toString());
        Files.copy(TESTS, directory.resolve("tests.yaml"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return prometheus.promtool(directory, "test", "rules", "tests.yaml");
    }
}
