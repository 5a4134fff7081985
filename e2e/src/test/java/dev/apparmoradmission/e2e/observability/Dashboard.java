package dev.apparmoradmission.e2e.observability;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * The Grafana dashboard that we ship.
 *
 * @param json as it is imported
 */
record Dashboard(JsonNode json) {

    /** Something that it shows, with what is asked for it. */
    record Query(String panel, String expression) {}

    static Dashboard shipped() throws IOException {
        return new Dashboard(Manifest.json(Files.readString(PrometheusTools.DEPLOY
                .resolve("components")
                .resolve("monitoring")
                .resolve("apparmor-admission.json"))));
    }

    /** Every panel, rows included. */
    List<JsonNode> panels() {
        return json.path("panels").valueStream().toList();
    }

    /** Every expression, with Grafana's variables replaced by what it would put there. */
    List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(target -> queries.add(query(panel.path("title").asText(), target.path("expr"))));
        }
        json.at("/annotations/list")
                .forEach(annotation -> queries.add(query(annotation.path("name").asText(), annotation.path("expr"))));
        return queries;
    }

    private static Query query(String panel, JsonNode expression) {
        return new Query(
                panel,
                expression
                        .asText()
                        .replace("$__rate_interval", "5m")
                        .replace("$__range", "6h")
                        .replace("$namespace", ".*")
                        .replace("$rule", ".*"));
    }
}
