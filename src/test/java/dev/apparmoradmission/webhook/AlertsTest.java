package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * The alerts ask for what a running webhook shows from its start, and lead to a page that is there. What they do over time, and
 * that the API server has the series that are its own, {@code e2e} shows.
 */
@QuarkusTest
@WithTestResource(WebhookFiles.class)
class AlertsTest {

    private static final Path DEPLOY = Path.of("deploy");
    private static final Pattern SELECTOR =
            Pattern.compile("((?:apparmor_admission|apiserver|jvm)_[a-z_]+)(?:\\{(\\w+)=~?\"([^\"]+)\"[,}])?");
    /** Series that come with an exception that ends, and those of others. */
    private static final Pattern NOT_FROM_THE_START =
            Pattern.compile("apparmor_admission_(grant|annotation)_expiry.*|(jvm|apiserver)_.*");

    @Inject
    HttpServer server;

    @Test
    void every_series_that_an_alert_asks_for_is_there_from_the_start() throws Exception {
        List<String> samples = metrics().lines().toList();
        for (JsonNode alert : alerts()) {
            Matcher selectors = SELECTOR.matcher(alert.path("expr").asText());
            int found = 0;
            while (selectors.find()) {
                found++;
                String name = selectors.group(1);
                if (NOT_FROM_THE_START.matcher(name).matches()) {
                    continue;
                }
                for (String value : selectors.group(2) == null
                        ? new String[] {""}
                        : selectors.group(3).split("\\|")) {
                    String label = value.isEmpty() ? "" : selectors.group(2) + "=\"" + value + "\"";
                    assertThat(samples)
                            .as(alert.path("alert").asText() + ": " + name + " " + label)
                            .anyMatch(line -> line.matches(Pattern.quote(name) + "[{ ].*") && line.contains(label));
                }
            }
            assertThat(found).as(alert.toString()).isPositive();
        }
    }

    @Test
    void every_alert_says_what_happened_what_follows_and_where_to_read_on() throws Exception {
        Set<String> anchors = Files.readString(DEPLOY.resolve("RUNBOOK.md"))
                .lines()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3).toLowerCase(Locale.ROOT).replace(' ', '-'))
                .collect(Collectors.toSet());
        List<String> named = new ArrayList<>();
        for (JsonNode alert : alerts()) {
            JsonNode annotations = alert.path("annotations");
            assertThat(annotations.path("summary").asText()).isNotBlank();
            assertThat(annotations.path("description").asText())
                    .hasSizeGreaterThan(60)
                    .as("the tests over time look at the summary only")
                    .doesNotContain("{{");
            String runbook = annotations.path("runbook_url").asText();
            assertThat(runbook).startsWith("deploy/RUNBOOK.md#");
            named.add(runbook.substring(runbook.indexOf('#') + 1));
        }
        assertThat(Set.copyOf(named)).as("sections and alerts belong together").isEqualTo(anchors);
    }

    @Test
    void the_inventory_has_a_series_for_each_way_a_node_can_stand() throws Exception {
        assertThat(metrics())
                .contains(List.of("enabled", "disabled", "unreported", "stale", "rebooted", "replaced").stream()
                        .map(state -> "apparmor_admission_inventory_nodes{state=\"" + state + "\"}")
                        .toArray(String[]::new))
                .contains(
                        "apparmor_admission_profile_losses_total{change=\"vanished\"}",
                        "apparmor_admission_profile_losses_total{change=\"weakened\"}");
    }

    private String metrics() throws Exception {
        return WebhookClient.of(server).metrics();
    }

    private static List<JsonNode> alerts() throws IOException {
        JsonNode rule = new ObjectMapper(new YAMLFactory())
                .readTree(DEPLOY.resolve("alerts.yaml").toFile());
        assertThat(rule.path("kind").asText()).isEqualTo("PrometheusRule");
        return StreamSupport.stream(rule.path("spec").path("groups").spliterator(), false)
                .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
                .toList();
    }
}
