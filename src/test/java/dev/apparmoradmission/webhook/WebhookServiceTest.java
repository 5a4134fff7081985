package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole server, over TLS: the protocol, and everything that a client can do wrong. */
@QuarkusTest
@WithTestResource(WebhookFiles.class)
class WebhookServiceTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MIB = 1024 * 1024;

    @Inject
    HttpServer server;

    private WebhookClient webhook;

    @BeforeEach
    void connect() throws Exception {
        webhook = WebhookClient.of(server);
    }

    @Test
    void a_pod_is_denied_and_defaulted_over_tls() throws Exception {
        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(Reviews.podOf("Unconfined"))))
                .isFalse();
        assertThat(webhook.response(Door.MUTATE, Reviews.create(Reviews.pod("{}")))
                        .path("patchType")
                        .asText())
                .isEqualTo("JSONPatch");
        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(Reviews.localhost("k8s-web"))))
                .isTrue();
    }

    @Test
    void a_profile_that_one_node_lacks_is_denied_by_the_name_of_the_node() throws Exception {
        assertThat(webhook.response(Door.VALIDATE, Reviews.create(Reviews.localhost("k8s-db")))
                        .path("status")
                        .path("message")
                        .asText())
                .contains("k8s-db", "(n2)", "[localhost-not-loaded]");
    }

    static Stream<Arguments> bodiesThatAreNoReview() {
        String good = Reviews.create(Reviews.pod("{}"));
        return Stream.of(
                Arguments.of("empty", ""),
                Arguments.of("not JSON", "hello"),
                Arguments.of("YAML", "kind: AdmissionReview\n"),
                Arguments.of("truncated", good.substring(0, good.length() / 2)),
                Arguments.of("one brace short", good.substring(0, good.length() - 1)),
                Arguments.of("something behind it", good + "{}"),
                Arguments.of("a list", "[" + good + "]"),
                Arguments.of("null", "null"),
                Arguments.of("a number", "7"),
                Arguments.of("an old apiVersion", good.replace("admission.k8s.io/v1", "admission.k8s.io/v1beta1")),
                Arguments.of("no apiVersion", good.replace("\"apiVersion\":\"admission.k8s.io/v1\",", "")),
                Arguments.of("another kind", good.replace("\"AdmissionReview\"", "\"Pod\"")),
                Arguments.of("no uid", good.replace("\"uid\":\"" + Reviews.UID + "\",", "")),
                Arguments.of("an empty uid", good.replace(Reviews.UID, "")),
                Arguments.of("no request", "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\"}"),
                Arguments.of(
                        "a request that is a list",
                        "{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\"request\":[]}"),
                Arguments.of("an operation that is a list", good.replace("\"CREATE\"", "[\"CREATE\"]")),
                Arguments.of("10,000 arrays", "[".repeat(10_000)),
                Arguments.of(
                        "a field nested 10,000 deep",
                        good.replace(
                                "\"status\":{}", "\"status\":" + "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000))),
                Arguments.of(
                        "a number without end", good.replace("\"dryRun\":false", "\"dryRun\":" + "1".repeat(100_000))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodiesThatAreNoReview")
    void a_body_that_is_no_review_is_a_400_with_a_json_error(String what, String body) throws Exception {
        for (Door door : Door.values()) {
            assertError(webhook.post(door, body), 400);
        }
    }

    @Test
    void invalid_utf_8_is_a_400_with_a_json_error() throws Exception {
        byte[] body = Reviews.create(Reviews.podOf("Unconfined")).getBytes(StandardCharsets.UTF_8);
        int at = new String(body, StandardCharsets.ISO_8859_1).indexOf("\"nginx\"") + 2;
        body[at] = (byte) 0xff;
        body[at + 1] = (byte) 0xc0;

        Response response = webhook.post(Door.VALIDATE, body);
        if (response.statusCode() == 200) {
            // In a string that nobody looks at it does no harm; the pod is unconfined all the same.
            assertThat(JSON.readTree(response.asByteArray())
                            .path("response")
                            .path("allowed")
                            .asBoolean())
                    .isFalse();
        } else {
            assertError(response, 400);
        }
    }

    @Test
    void of_a_key_that_comes_twice_the_last_counts_as_for_the_api_server() throws Exception {
        String pod = Reviews.pod(
                "{\"appArmorProfile\":{\"type\":\"RuntimeDefault\"},\"appArmorProfile\":{\"type\":\"Unconfined\"}}");

        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(pod))).isFalse();
    }

    @Test
    void containers_that_are_no_list_are_denied() throws Exception {
        String pod = Reviews.pod("{}").replaceAll("\"containers\":\\[.*\\]", "\"containers\":{}");

        JsonNode response = webhook.response(Door.VALIDATE, Reviews.create(pod));
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.path("status").path("message").asText()).contains("spec.containers");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void h16_a_deletion_without_object_is_allowed(Door door) throws Exception {
        assertThat(webhook.allowed(
                        door, Reviews.review("", "pods", "", "shop", "DELETE", "Pod", "null", Reviews.pod("{}"))))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
    void other_methods_are_a_405(String method) throws Exception {
        Response response = webhook.request().request(method, "/validate");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.header("Allow")).isEqualTo("POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/validate/x", "/q/metrics", "/mutate.json"})
    void other_paths_are_a_404(String path) throws Exception {
        Response response =
                webhook.request().urlEncodingEnabled(false).body("{}").post(path);

        assertError(response, 404);
    }

    @Test
    void h21_a_review_of_five_mebibytes_is_judged() throws Exception {
        String large = Reviews.create(Reviews.podOf("Unconfined"))
                .replace("\"status\":{}", "\"status\":{\"a\":\"" + "x".repeat(5 * MIB) + "\"}");

        assertThat(webhook.allowed(Door.VALIDATE, large)).isFalse();
    }

    @Test
    void seventeen_mebibytes_are_a_413_with_a_json_error() throws Exception {
        assertError(webhook.post(Door.VALIDATE, " ".repeat(17 * MIB)), 413);
    }

    @Test
    void a_length_over_the_bound_is_refused_before_anything_is_read() throws Exception {
        String answer = raw("POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17825792\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("16 MiB");
    }

    @Test
    void a_body_without_announced_length_is_counted_while_it_comes() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri("/validate"))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[17 * MIB])))
                .build();
        HttpResponse<String> response =
                client(HttpClient.Version.HTTP_1_1).send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(JSON.readTree(response.body()).path("error").asText()).contains("16 MiB");
    }

    @Test
    void a_client_that_waits_to_be_asked_for_the_body_is_asked() throws Exception {
        String body = Reviews.create(Reviews.podOf("Unconfined"));
        HttpRequest request = HttpRequest.newBuilder(uri("/validate"))
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response =
                client(HttpClient.Version.HTTP_1_1).send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(response.body())
                        .path("response")
                        .path("allowed")
                        .asBoolean())
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void h22_whichever_version_of_http_a_client_prefers_it_gets_1_1_and_the_timeout_in_the_query_is_ignored(
            HttpClient.Version version) throws Exception {
        HttpClient client = client(version);
        for (int i = 0; i < 3; i++) {
            HttpRequest request = HttpRequest.newBuilder(uri("/validate?timeout=10s"))
                    .header("Accept-Encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofString(Reviews.create(Reviews.pod("{}"))))
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
        }
    }

    @Test
    void one_connection_serves_several_requests() throws Exception {
        String body = Reviews.create(Reviews.pod("{}"));
        String request = "POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;

        assertThat(raw(request + request + "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .containsPattern("(?s)HTTP/1.1 200 .*HTTP/1.1 200 .*HTTP/1.1 404 ");
    }

    @Test
    void garbage_instead_of_http_ends_the_connection_and_nothing_else() throws Exception {
        assertThat(raw("\u0000\u0001garbage\r\n\r\n")).doesNotContain(" 500 ", "Exception");
        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(Reviews.pod("{}"))))
                .isTrue();
    }

    @Test
    void h17_a_pod_with_its_default_is_not_patched_again() throws Exception {
        String defaulted = Reviews.pod("{}")
                .replace(
                        "\"securityContext\":{},\"containers\"",
                        "\"securityContext\":{\"appArmorProfile\":" + "{\"type\":\"RuntimeDefault\"}},\"containers\"");

        assertThat(webhook.response(Door.MUTATE, Reviews.create(defaulted)).has("patch"))
                .isFalse();
    }

    @Test
    void live_and_ready_are_told_on_the_management_port() throws Exception {
        assertThat(webhook.management().get("/q/health/live").statusCode()).isEqualTo(200);
        awaitReady();

        JsonNode data = webhook.readinessData();
        assertThat(data.path("policies").asText()).isEqualTo("current");
        assertThat(data.path("cluster").asText()).isEqualTo("known");
        assertThat(data.path("https").asText()).isEqualTo("listening");
        assertThat(data.path("policyHash").asText()).isNotEmpty();
        assertThat(data.path("nodes").asInt()).isEqualTo(3);
    }

    @Test
    void metrics_count_decisions_findings_and_exceptions() throws Exception {
        String claim = "\"annotations\":{\"apparmor-admission.dev/unconfined\":\"app\","
                + "\"apparmor-admission.dev/reason\":\"reads the host's proc\"},\"namespace\"";
        String excepted = Reviews.podOf("Unconfined").replace("\"namespace\"", claim);
        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(excepted))).isTrue();
        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(Reviews.podOf("Unconfined"))))
                .isFalse();
        webhook.allowed(Door.VALIDATE, Reviews.create(Reviews.pod("{}")).replace("\"CREATE\"", "\"W\\\"EIRD\""));

        String metrics = webhook.metrics();
        assertThat(value(
                        metrics,
                        "apparmor_admission_decisions_total",
                        "allowed=\"false\"",
                        "door=\"validate\"",
                        "mode=\"Enforce\"",
                        "operation=\"CREATE\""))
                .isPositive();
        assertThat(value(metrics, "apparmor_admission_decisions_total", "operation=\"other\""))
                .isPositive();
        assertThat(value(
                        metrics,
                        "apparmor_admission_findings_total",
                        "rule=\"unconfined\"",
                        "action=\"Enforce\"",
                        "namespace=\"shop\""))
                .isPositive();
        assertThat(value(
                        metrics,
                        "apparmor_admission_findings_total",
                        "rule=\"unconfined\"",
                        "action=\"Warn\"",
                        "namespace=\"shop\""))
                .isPositive();
        assertThat(value(metrics, "apparmor_admission_exceptions_used_total", "source=\"Annotation\""))
                .isPositive();
        assertThat(value(metrics, "apparmor_admission_decision_seconds_count")).isPositive();
        assertThat(metrics).contains("apparmor_admission_decision_seconds_bucket{");
        assertThat(value(metrics, "apparmor_admission_inventory_nodes", "state=\"enabled\""))
                .isEqualTo(2);
        assertThat(value(metrics, "apparmor_admission_inventory_nodes", "state=\"disabled\""))
                .isEqualTo(1);
        assertThat(value(metrics, "apparmor_admission_inventory_nodes", "state=\"unreported\""))
                .isZero();
        assertThat(metrics).contains("apparmor_admission_inventory_age_seconds ");
        assertThat(metrics).contains("apparmor_admission_policy_reload_total{outcome=\"refused\"");
        assertThat(metrics).containsPattern("apparmor_admission_policy_info\\{hash=\"[0-9a-f]+\"[,}].* 1");
        assertThat(value(metrics, "apparmor_admission_certificate_expiry_seconds"))
                .isGreaterThan((double) Instant.now().getEpochSecond());
        assertThat(metrics).doesNotContain("name=\"web\"");
    }

    private JsonNode awaitReady() throws Exception {
        Response response = webhook.management().get("/q/health/ready");
        for (int i = 0; i < 300 && response.statusCode() != 200; i++) {
            Thread.sleep(100);
            response = webhook.management().get("/q/health/ready");
        }
        assertThat(response.statusCode()).isEqualTo(200);
        return JSON.readTree(response.asByteArray());
    }

    private static double value(String metrics, String name, String... labels) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static void assertError(Response response, int status) throws Exception {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.contentType()).isEqualTo("application/json");
        String error = JSON.readTree(response.asByteArray()).path("error").asText();
        assertThat(error).isNotEmpty().doesNotContain("\n", "Exception", "\tat ");
    }

    private URI uri(String path) {
        return URI.create("https://localhost:" + webhook.port() + path);
    }

    private HttpClient client(HttpClient.Version version) throws Exception {
        return HttpClient.newBuilder().version(version).sslContext(tls()).build();
    }

    private SSLContext tls() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(webhook.trust());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        return tls;
    }

    /** Sends these characters, and gives back what comes until the connection is closed or nothing more comes for a while. */
    private String raw(String text) throws Exception {
        try (SSLSocket socket = (SSLSocket) tls().getSocketFactory().createSocket("localhost", webhook.port())) {
            socket.setSoTimeout(3000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            byte[] buffer = new byte[8192];
            try {
                for (int read = socket.getInputStream().read(buffer);
                        read > 0;
                        read = socket.getInputStream().read(buffer)) {
                    answer.write(buffer, 0, read);
                }
            } catch (java.net.SocketTimeoutException e) {
                // A connection that is kept for the next request.
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }
}
