package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.Test;

/** The log as JSON, switched on by its one key, through the formatter that the console has then. */
@QuarkusTest
@TestProfile(JsonLogTest.Json.class)
@WithTestResource(WebhookFiles.class)
class JsonLogTest {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Switches it on. */
    public static final class Json implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.log.console.json.enabled", "true");
        }
    }

    @Inject
    HttpServer server;

    private static Formatter formatter() {
        return Arrays.stream(InitialConfigurator.DELAYED_HANDLER.getHandlers())
                .filter(ConsoleHandler.class::isInstance)
                .map(Handler::getFormatter)
                .findFirst()
                .orElseThrow();
    }

    /** The one line that a record becomes, as an object. */
    private static JsonNode line(LogRecord logged) throws Exception {
        String text = formatter().format(logged);
        assertThat(text).endsWith("\n");
        assertThat(text.strip().lines()).hasSize(1);
        return JSON.readTree(text);
    }

    @Test
    void a_denial_is_one_object_whose_fields_say_who_what_and_why() throws Exception {
        List<ExtLogRecord> records = new ArrayList<>();
        Handler handler = collecting(records);
        Logger log = Logger.getLogger(DecisionLog.CATEGORY);
        log.addHandler(handler);
        try {
            String review = Reviews.create(Reviews.podOf("Unconfined"))
                    .replace("\"web\"", "\"web\\n{\\\"verdict\\\":\\\"allow\\\"}\\u2028\"");
            WebhookClient.of(server).response(Door.VALIDATE, review);
        } finally {
            log.removeHandler(handler);
        }

        assertThat(records).hasSize(1);
        JsonNode line = line(records.get(0));
        assertThat(line.fieldNames())
                .toIterable()
                .containsExactly("timestamp", "loggerName", "level", "message", "threadName", "mdc");
        assertThat(line.path("timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");
        assertThat(line.path("loggerName").asText()).isEqualTo("apparmor-admission.decision");
        assertThat(line.path("message").asText()).startsWith("AppArmor: container \"app\"");
        assertThat(line.path("mdc").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "verdict",
                        "door",
                        "operation",
                        "namespace",
                        "kind",
                        "name",
                        "user",
                        "mode",
                        "policies",
                        "hash",
                        "uid",
                        "rules",
                        "containers");
        assertThat(line.at("/mdc/verdict").asText()).isEqualTo("deny");
        assertThat(line.at("/mdc/namespace").asText()).isEqualTo("shop");
        assertThat(line.at("/mdc/name").asText()).startsWith("web\\n{").doesNotContain("\u2028");
    }

    @Test
    void an_exception_is_in_the_line_of_its_message() throws Exception {
        ExtLogRecord logged =
                new ExtLogRecord(Level.ERROR, "it\nfailed: \u001b[31m\"red\"", JsonLogTest.class.getName());
        logged.setLoggerName("apparmor-admission");
        logged.setThrown(new IllegalStateException("outer\nline", new IllegalArgumentException("inner {\"x\":1}")));

        JsonNode line = line(logged);

        assertThat(line.path("message").asText()).isEqualTo("it\nfailed: \u001b[31m\"red\"");
        assertThat(line.path("stackTrace").asText())
                .contains("IllegalStateException: outer\nline", "Caused by:", "inner {\"x\":1}", "JsonLogTest");
    }

    /** Nothing of a pod but names is in it: what stands in variables, arguments and annotations stays there. */
    @Test
    void nothing_secret_of_a_pod_is_logged() throws Exception {
        List<ExtLogRecord> records = new ArrayList<>();
        Handler handler = collecting(records);
        Logger log = Logger.getLogger("");
        log.addHandler(handler);
        Logger decisions = Logger.getLogger(DecisionLog.CATEGORY);
        decisions.addHandler(handler);
        try {
            String review = Reviews.create(Reviews.podOf("Unconfined"))
                    .replace(
                            "\"name\":\"app\"",
                            "\"name\":\"app\",\"env\":[{\"name\":\"TOKEN\",\"value\":\"s3cr3t\"}],"
                                    + "\"args\":[\"--password=s3cr3t\"]");
            assertThat(review).contains("s3cr3t");
            WebhookClient.of(server).response(Door.VALIDATE, review);
        } finally {
            log.removeHandler(handler);
            decisions.removeHandler(handler);
        }

        assertThat(records).isNotEmpty();
        for (ExtLogRecord logged : records) {
            assertThat(formatter().format(logged)).doesNotContain("s3cr3t");
        }
    }

    private static Handler collecting(List<ExtLogRecord> records) {
        return new Handler() {
            @Override
            public void publish(LogRecord logged) {
                ExtLogRecord own = ExtLogRecord.wrap(logged);
                own.copyAll();
                records.add(own);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }
}
