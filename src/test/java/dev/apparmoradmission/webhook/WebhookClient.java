package dev.apparmoradmission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.RestAssured;
import io.restassured.config.SSLConfig;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;

/** Calls the webhook as an API server does: over TLS, trusting nothing but the CA that it wrote. */
final class WebhookClient {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final KeyStore trust;

    WebhookClient(HttpServer server, Path ca) throws Exception {
        this.server = server;
        this.trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (InputStream pem = Files.newInputStream(ca)) {
            trust.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
    }

    static WebhookClient of(HttpServer server) throws Exception {
        return new WebhookClient(server, WebhookFiles.directory().resolve("ca.pem"));
    }

    KeyStore trust() {
        return trust;
    }

    int port() {
        return server.getSecurePort();
    }

    /** A request to the HTTPS port; certificate and host name are verified. */
    RequestSpecification request() {
        return RestAssured.given()
                .config(RestAssured.config().sslConfig(SSLConfig.sslConfig().trustStore(trust)))
                .baseUri("https://localhost:" + port())
                .header("Content-Type", "application/json");
    }

    /** A request to the management port. */
    RequestSpecification management() {
        return RestAssured.given().baseUri("http://localhost:" + server.getManagementPort());
    }

    Response post(Door door, String body) {
        return post(door, body.getBytes(StandardCharsets.UTF_8));
    }

    Response post(Door door, byte[] body) {
        return request().body(body).post(door.path());
    }

    /** The response inside a review that was answered with 200. */
    JsonNode response(Door door, String body) throws Exception {
        Response response = post(door, body);
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + ": " + response.asString());
        }
        return JSON.readTree(response.asByteArray()).path("response");
    }

    boolean allowed(Door door, String body) throws Exception {
        return response(door, body).path("allowed").asBoolean();
    }

    /** What our own readiness check tells; others stand beside it, in no order. */
    JsonNode readinessData() throws Exception {
        for (JsonNode check :
                JSON.readTree(management().get("/q/health/ready").asByteArray()).path("checks")) {
            if (check.path("name").asText().equals("admission")) {
                return check.path("data");
            }
        }
        throw new AssertionError("there is no readiness check of ours");
    }

    String metrics() {
        return management().get("/q/metrics").asString();
    }
}
