package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Reviews arrive as spans at a collector that speaks OTLP. */
@QuarkusTest
@TestProfile(TracingTest.Switched.class)
@WithTestResource(WebhookFiles.class)
class TracingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    /** A collector, and the key that names it. */
    public static final class Collector implements QuarkusTestResourceLifecycleManager {

        private Optional<OtlpReceiver> receiver = Optional.empty();

        @Override
        public Map<String, String> start() {
            try {
                OtlpReceiver started = new OtlpReceiver();
                receiver = Optional.of(started);
                return Map.of("apparmor-admission.tracing.endpoint", started.endpoint());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void inject(Object test) {
            ((TracingTest) test).collector = receiver.orElseThrow();
        }

        @Override
        public void stop() {
            receiver.ifPresent(OtlpReceiver::close);
        }
    }

    /** Switches tracing on. */
    public static final class Switched implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Collector.class));
        }
    }

    @Inject
    HttpServer server;

    private OtlpReceiver collector;

    @Test
    void a_denial_is_a_span_below_the_api_servers_and_says_why() throws Exception {
        String review = Reviews.create(Reviews.podOf("Unconfined"))
                .replace("\"name\":\"app\"", "\"name\":\"app\",\"env\":[{\"name\":\"TOKEN\",\"value\":\"s3cr3t\"}]");
        long before = System.currentTimeMillis();

        var answer = WebhookClient.of(server)
                .request()
                .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                .body(review)
                .post("/validate");

        assertThat(answer.statusCode()).isEqualTo(200);
        Span span = collector.await(each -> hex(each.getTraceId().toByteArray()).equals(TRACE));
        Map<String, AnyValue> attributes = attributes(span);
        assertThat(hex(span.getParentSpanId().toByteArray())).isEqualTo(CALLER);
        assertThat(span.getName()).isEqualTo("admission validate");
        assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
        assertThat(span.getEndTimeUnixNano()).isGreaterThan(span.getStartTimeUnixNano());
        assertThat(span.getEndTimeUnixNano() / 1_000_000).isGreaterThanOrEqualTo(before);
        assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
        assertThat(text(attributes, "apparmor_admission.verdict")).isEqualTo("deny");
        assertThat(text(attributes, "apparmor_admission.door")).isEqualTo("validate");
        assertThat(text(attributes, "apparmor_admission.operation")).isEqualTo("CREATE");
        assertThat(text(attributes, "apparmor_admission.kind")).isEqualTo("Pod");
        assertThat(text(attributes, "k8s.namespace.name")).isEqualTo("shop");
        assertThat(text(attributes, "apparmor_admission.mode")).isEqualTo("Enforce");
        assertThat(texts(attributes, "apparmor_admission.rules")).containsExactly("unconfined");
        assertThat(texts(attributes, "apparmor_admission.policies")).containsExactly("strict");
        assertThat(text(attributes, "apparmor_admission.policy_hash")).matches("[0-9a-f]{12}");
        assertThat(attributes.get("apparmor_admission.dry_run").getBoolValue()).isFalse();
        assertThat(collector.requests().toString())
                .contains("service.name", "apparmor-admission")
                .doesNotContain("s3cr3t", "TOKEN", "jane", "nginx", "\"web\"");
    }

    @Test
    void without_a_caller_that_traces_a_review_is_a_trace_of_its_own() throws Exception {
        WebhookClient.of(server).response(Door.MUTATE, Reviews.create(Reviews.podOf("RuntimeDefault")));

        Span span = collector.await(each -> each.getName().equals("admission mutate"));
        assertThat(span.getParentSpanId().isEmpty()).isTrue();
        assertThat(text(attributes(span), "apparmor_admission.verdict")).isEqualTo("allow");
    }

    @Test
    void what_the_caller_does_not_trace_is_not_traced_and_nonsense_in_its_header_does_no_harm() throws Exception {
        String untraced = "11111111111111111111111111111111";
        WebhookClient client = WebhookClient.of(server);
        String review = Reviews.create(Reviews.podOf("RuntimeDefault"));
        for (String header :
                List.of("00-" + untraced + "-" + CALLER + "-00", "nonsense", "00-xyz-1-01", "00-" + "f".repeat(9000))) {
            var answer = client.request()
                    .header("traceparent", header.length() > 4000 ? header.substring(0, 4000) : header)
                    .body(review)
                    .post("/validate");
            assertThat(answer.statusCode()).as(header).isEqualTo(200);
        }
        String last = "22222222222222222222222222222222";
        client.request()
                .header("traceparent", "00-" + last + "-" + CALLER + "-01")
                .body(review)
                .post("/validate");

        collector.await(each -> hex(each.getTraceId().toByteArray()).equals(last));
        assertThat(collector.spans())
                .noneMatch(each -> hex(each.getTraceId().toByteArray()).equals(untraced));
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static Map<String, AnyValue> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(pair -> pair.getKey(), pair -> pair.getValue()));
    }

    private static String text(Map<String, AnyValue> attributes, String key) {
        return Optional.ofNullable(attributes.get(key))
                .map(AnyValue::getStringValue)
                .orElse("");
    }

    private static List<String> texts(Map<String, AnyValue> attributes, String key) {
        Function<AnyValue, String> string = AnyValue::getStringValue;
        return attributes.get(key).getArrayValue().getValuesList().stream()
                .map(string)
                .toList();
    }
}
