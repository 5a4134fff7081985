package dev.apparmoradmission.e2e.observability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The dashboard can be imported anywhere, and says of each panel what it shows. */
class DashboardTest {
    private static final int WIDTH = 24;
    private static final String SOURCE = "{\"type\":\"prometheus\",\"uid\":\"${datasource}\"}";

    @Test
    void itBelongsToNoGrafanaAndAsksForItsDataSource() throws IOException {
        JsonNode json = Dashboard.shipped().json();

        assertThat(json.has("id")).as("Grafana gives it one").isFalse();
        assertThat(json.path("uid").asText()).isEqualTo("apparmor-admission");
        assertThat(json.path("title").asText()).isNotBlank();
        assertThat(json.path("schemaVersion").asInt()).isGreaterThanOrEqualTo(36);
        assertThat(json.at("/templating/list/0/name").asText()).isEqualTo("datasource");
        assertThat(json.at("/templating/list/0/type").asText()).isEqualTo("datasource");
        assertThat(json.findValues("datasource"))
                .isNotEmpty()
                .allSatisfy(source -> assertThat(source).hasToString(SOURCE));
    }

    @Test
    void everyPanelSaysWhatItShowsAndNoneLiesOverAnother() throws IOException {
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : Dashboard.shipped().panels()) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(ids.add(panel.path("id").asInt())).as(title).isTrue();
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt())
                    .as(title)
                    .isLessThanOrEqualTo(WIDTH);
            for (int x = 0; x < place.path("w").asInt(); x++) {
                for (int y = 0; y < place.path("h").asInt(); y++) {
                    assertThat(cells.add((place.path("x").asInt() + x) + ","
                                    + (place.path("y").asInt() + y)))
                            .as(title)
                            .isTrue();
                }
            }
            if (!panel.path("type").asText().equals("row")) {
                assertThat(panel.path("description").asText()).as(title).hasSizeGreaterThan(20);
                assertThat(panel.path("datasource")).as(title).hasToString(SOURCE);
                assertThat(panel.path("targets")).as(title).isNotEmpty();
                assertThat(panel.at("/fieldConfig/defaults").isObject())
                        .as(title)
                        .isTrue();
            }
        }
        assertThat(ids).hasSizeGreaterThan(20);
    }

    @Test
    void theTargetsOfAPanelHaveNamesOfTheirOwn() throws IOException {
        for (JsonNode panel : Dashboard.shipped().panels()) {
            List<String> names = new ArrayList<>();
            panel.path("targets")
                    .forEach(target -> names.add(target.path("refId").asText()));
            assertThat(names).as(panel.path("title").asText()).doesNotHaveDuplicates();
        }
    }
}
