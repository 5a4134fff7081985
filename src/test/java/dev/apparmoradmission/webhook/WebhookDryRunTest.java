package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Dry-run audit mode, switched on by its one key. */
@QuarkusTest
@TestProfile(WebhookDryRunTest.DryRun.class)
@WithTestResource(WebhookFiles.class)
class WebhookDryRunTest {

    /** Switches it on. */
    public static final class DryRun implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("apparmor-admission.dry-run", "true");
        }
    }

    @Inject
    HttpServer server;

    @Test
    void everything_is_admitted_unpatched_and_told_in_audit_annotations_metrics_and_log() throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        List<String> lines = new ArrayList<>();
        Handler handler = collecting(lines);
        Logger log = Logger.getLogger(DecisionLog.CATEGORY);
        log.addHandler(handler);
        try {
            JsonNode response = webhook.response(Door.VALIDATE, Reviews.create(Reviews.podOf("Unconfined")));
            assertThat(response.path("allowed").asBoolean()).isTrue();
            assertThat(response.has("warnings")).isFalse();
            assertThat(response.path("auditAnnotations").path("would-deny").asText())
                    .contains("[unconfined]");
            assertThat(webhook.response(Door.MUTATE, Reviews.create(Reviews.pod("{}")))
                            .has("patch"))
                    .isFalse();
        } finally {
            log.removeHandler(handler);
        }

        assertThat(lines)
                .singleElement()
                .asString()
                .contains(
                        "verdict=would-deny", "rules=unconfined", "containers=\"app\"", "uid=\"" + Reviews.UID + "\"");
        assertThat(webhook.metrics())
                .containsPattern(
                        "apparmor_admission_findings_total\\{action=\"Audit\",namespace=\"shop\",rule=\"unconfined\"")
                .containsPattern(
                        "apparmor_admission_dry_run_findings_total\\{action=\"Enforce\",namespace=\"shop\",rule=\"unconfined\"")
                .containsPattern(
                        "apparmor_admission_dry_run_requests_total\\{namespace=\"shop\",outcome=\"deny\"[^}]*} 1.0")
                .containsPattern(
                        "apparmor_admission_dry_run_requests_total\\{namespace=\"shop\",outcome=\"patch\"[^}]*} 1.0")
                .containsPattern("apparmor_admission_decisions_total\\{[^}]*mode=\"DryRun\"");
        assertThat(webhook.management().get("/q/health/ready").asString()).contains("\"dryRun\": true");
    }

    private static Handler collecting(List<String> lines) {
        return new Handler() {
            @Override
            public void publish(LogRecord logged) {
                lines.add(logged.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
