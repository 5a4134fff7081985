package dev.apparmoradmission.e2e.certificates;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What self-managed certificates need and leave in a cluster. */
final class Installed implements AutoCloseable {
    static final String SECRETS = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/secrets";
    static final String SECRET = SECRETS + "/apparmor-admission-tls";
    private static final String LEASE =
            "/apis/coordination.k8s.io/v1/namespaces/" + WebhookProcess.NAMESPACE + "/leases/apparmor-admission-tls";
    private static final String KINDS = "/apis/admissionregistration.k8s.io/v1/";
    static final List<String> CONFIGURATIONS = List.of(
            KINDS + "mutatingwebhookconfigurations/apparmor-admission",
            KINDS + "validatingwebhookconfigurations/apparmor-admission");

    private final ApiServer api;
    private final List<ObjectNode> rights;

    Installed(ApiServer api, Path e2e) throws IOException {
        this.api = api;
        Path component = e2e.resolveSibling("deploy").resolve("components/self-managed-tls");
        this.rights = new ArrayList<>(Manifest.all(component.resolve("rbac-self-managed-tls.yaml")));
        rights.addAll(Manifest.all(component.resolve("tls-writers.yaml")));
        api.create("", Manifest.parse("{apiVersion: v1, kind: Namespace, metadata: {name: apparmor-admission}}"));
        remove();
        grant();
    }

    void grant() {
        for (ObjectNode object : rights) {
            Answer answer = api.post(collection(object), object.toString());
            if (!answer.ok() && answer.code() != 409) {
                throw new IllegalStateException("not granted: " + answer.code() + " " + answer.message());
            }
        }
    }

    void withdraw() {
        for (ObjectNode object : rights) {
            api.delete(collection(object) + "/" + object.at("/metadata/name").asText());
        }
    }

    private static String collection(ObjectNode object) {
        return Manifest.collection(object, object.at("/metadata/namespace").asText());
    }

    /** The data of the Secret; a missing node where there is none. */
    JsonNode data() {
        return api.get(SECRET).at("/data");
    }

    /** The caBundle of each of our webhooks, in base64; empty where it has none. */
    List<String> bundles() {
        List<String> bundles = new ArrayList<>();
        for (String configuration : CONFIGURATIONS) {
            for (JsonNode hook : api.get(configuration).at("/webhooks")) {
                bundles.add(hook.at("/clientConfig/caBundle").asText());
            }
        }
        return bundles;
    }

    /** Sets keys of the Secret's data, in base64 and quotes, or removes them with {@code null}. */
    void put(Map<String, String> entries) {
        String data = entries.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": " + entry.getValue())
                .collect(Collectors.joining(", "));
        require(api.patch(SECRET, ApiServer.MERGE_PATCH, "{\"data\": {" + data + "}}"));
    }

    /** Leaves the Secret, with nothing in it. */
    void empty() {
        require(api.patch(SECRET, ApiServer.JSON_PATCH, "[{\"op\": \"remove\", \"path\": \"/data\"}]"));
    }

    /** Deletes the Secret. */
    void delete() {
        api.delete(SECRET);
    }

    /** Deletes what the replicas elect their leader by. */
    void deleteLease() {
        api.delete(LEASE);
    }

    /** Whether there is somebody who says that he leads. */
    boolean isLed() {
        return !api.get(LEASE).at("/spec/holderIdentity").asText().isEmpty();
    }

    /** Whether the Secret holds all that it should. The key of a CA that is gone is not had back: another CA follows. */
    boolean isWhole() {
        JsonNode data = data();
        return List.of("tls.crt", "tls.key", "ca.crt").stream().allMatch(key -> isLong(data, key))
                && (isLong(data, "ca.key") || isLong(data, "next-ca.key"));
    }

    /** How long the serving certificate is valid from now on; nothing where it cannot be read. */
    Duration left() {
        byte[] pem = Base64.getDecoder().decode(data().path("tls.crt").asText());
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            if (factory.generateCertificate(new ByteArrayInputStream(pem)) instanceof X509Certificate leaf) {
                return Duration.between(Instant.now(), leaf.getNotAfter().toInstant());
            }
            return Duration.ZERO;
        } catch (CertificateException noCertificate) {
            return Duration.ZERO;
        }
    }

    /** Whether a CA waits until it has been trusted for long enough. */
    boolean hasNext() {
        return isLong(data(), "next-ca.key");
    }

    private static boolean isLong(JsonNode data, String key) {
        return data.path(key).asText().length() > 100;
    }

    static void require(Answer answer) {
        if (!answer.ok()) {
            throw new IllegalStateException(answer.code() + " " + answer.message());
        }
    }

    private void remove() {
        api.delete(SECRET);
        api.delete(LEASE);
    }

    @Override
    public void close() {
        remove();
        withdraw();
    }
}
