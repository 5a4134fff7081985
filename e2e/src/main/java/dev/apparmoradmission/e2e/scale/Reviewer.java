package dev.apparmoradmission.e2e.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks the webhook for verdicts as the API server does, without one in between. */
public final class Reviewer {
    private final URI url;
    private final HttpClient http;

    /** One who asks this webhook. */
    public Reviewer(WebhookProcess webhook) {
        this.url = URI.create(webhook.url() + "/validate");
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(webhook.ca()))
                .build();
    }

    private static SSLContext trusting(String pem) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "ca",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException failure) {
            throw new IllegalStateException("the webhook's CA cannot be used", failure);
        }
    }

    /**
     * A pod with one container under a {@code Localhost} profile.
     *
     * @param label a node label that it selects by
     */
    public static JsonNode pod(String profile, String label, String value) {
        ObjectNode pod = Manifest.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: review, namespace: default}
                spec:
                  containers:
                  - name: c
                    image: none
                    securityContext: {appArmorProfile: {type: Localhost, localhostProfile: %s}}
                """.formatted(profile));
        pod.withObjectProperty("spec").putObject("nodeSelector").put(label, value);
        return pod;
    }

    /** Whether the pod may be created. */
    public boolean allows(JsonNode pod) {
        String uid = UUID.randomUUID().toString();
        ObjectNode review = Manifest.parse("""
                apiVersion: admission.k8s.io/v1
                kind: AdmissionReview
                request:
                  kind: {group: "", version: v1, kind: Pod}
                  resource: {group: "", version: v1, resource: pods}
                  name: review
                  namespace: default
                  operation: CREATE
                  userInfo: {username: someone}
                """);
        ObjectNode request = review.withObjectProperty("request");
        request.put("uid", uid).set("object", pod);
        HttpRequest post = HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(review.toString()))
                .build();
        try {
            HttpResponse<String> answer = http.send(post, HttpResponse.BodyHandlers.ofString());
            JsonNode response = Manifest.json(answer.body()).path("response");
            if (answer.statusCode() != 200 || !response.path("uid").asText().equals(uid)) {
                throw new IllegalStateException("no verdict: " + answer.statusCode() + " " + answer.body());
            }
            return response.path("allowed").asBoolean();
        } catch (IOException failure) {
            throw new IllegalStateException("no verdict: " + failure, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }
}
