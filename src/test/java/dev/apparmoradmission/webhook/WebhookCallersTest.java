package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.cluster.tls.Pem;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** A webhook that answers those alone who show a certificate of one CA that carries one of two names. */
@QuarkusTest
@WithTestResource(WebhookCallersTest.OfOneAuthority.class)
class WebhookCallersTest {

    private static final String DIRECTORY = "webhook-test.callers";

    /** A certificate with its key; the issuer of itself or of others. */
    private record Party(X509Certificate certificate, KeyPair keys) {

        static Party authority(String name) throws Exception {
            KeyPair keys = newKeys();
            return new Party(sign(name, keys, name, keys, true, List.of()), keys);
        }

        Party issue(String name, String... uris) throws Exception {
            KeyPair own = newKeys();
            return new Party(sign(name, own, "CN=callers", keys, false, List.of(uris)), own);
        }

        private static KeyPair newKeys() throws Exception {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        }

        private static X509Certificate sign(
                String subject, KeyPair keys, String issuer, KeyPair signer, boolean authority, List<String> uris)
                throws Exception {
            Instant now = Instant.now();
            X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    new X500Name(issuer),
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(now.minus(Duration.ofHours(1))),
                    Date.from(now.plus(Duration.ofHours(1))),
                    new X500Name(subject),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!uris.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(uris.stream()
                                .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                                .toArray(GeneralName[]::new)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate())));
        }
    }

    /** A standalone webhook with a self-made certificate that knows callers by a CA of their own. */
    public static final class OfOneAuthority implements QuarkusTestResourceLifecycleManager {

        private final WebhookFiles files = new WebhookFiles();

        @Override
        public Map<String, String> start() {
            Map<String, String> settings = new HashMap<>(files.start());
            try {
                Party authority = Party.authority("CN=callers");
                Path directory =
                        Path.of(settings.get("apparmor-admission.ca-out")).resolveSibling("callers");
                Files.createDirectory(directory);
                WebhookFiles.put(directory.resolve("ca.crt"), Pem.of(List.of(authority.certificate())));
                store(directory.resolve("by-name"), authority.issue("O=somewhere,CN=kube-apiserver"));
                store(directory.resolve("by-uri"), authority.issue("CN=x", "spiffe://cluster/apiserver"));
                store(directory.resolve("nobody"), authority.issue("CN=kube-apiserver-not"));
                store(directory.resolve("forged"), Party.authority("CN=callers").issue("CN=kube-apiserver"));
                settings.put(
                        "quarkus.tls.admission.trust-store.pem.certs",
                        directory.resolve("ca.crt").toString());
                settings.put("apparmor-admission.callers", "kube-apiserver,spiffe://cluster/apiserver");
                settings.put(DIRECTORY, directory.toString());
                return settings;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private static void store(Path file, Party party) throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "caller", party.keys().getPrivate(), new char[0], new Certificate[] {party.certificate()});
            try (var out = Files.newOutputStream(file)) {
                store.store(out, new char[0]);
            }
        }

        @Override
        public void stop() {
            files.stop();
        }
    }

    @Inject
    HttpServer server;

    /** One review, from somebody who shows that certificate; with an empty name none. */
    private HttpResponse<String> ask(String who) throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(webhook.trust());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (!who.isEmpty()) {
            Path directory = Path.of(ConfigProvider.getConfig().getValue(DIRECTORY, String.class));
            try (var in = Files.newInputStream(directory.resolve(who))) {
                store.load(in, new char[0]);
            }
        }
        keys.init(store, new char[0]);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        HttpClient client = HttpClient.newBuilder().sslContext(tls).build();
        return client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + webhook.port() + "/validate"))
                        .POST(HttpRequest.BodyPublishers.ofString(Reviews.create(Reviews.localhost("k8s-db"))))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void a_caller_with_one_of_the_names_is_answered() throws Exception {
        assertThat(ask("by-name").body()).contains("\"allowed\":false", "k8s-db");
        assertThat(ask("by-uri").body()).contains("\"allowed\":false", "k8s-db");
    }

    @Test
    void a_caller_without_a_certificate_learns_nothing() throws Exception {
        HttpResponse<String> answer = ask("");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("{\"error\":\"a client certificate is needed here\"}");
    }

    @Test
    void a_caller_with_a_certificate_for_somebody_else_learns_nothing() throws Exception {
        HttpResponse<String> answer = ask("nobody");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).doesNotContain("k8s", "n2");
    }

    @Test
    void the_right_name_from_another_authority_is_not_even_heard() {
        assertThatThrownBy(() -> ask("forged")).isInstanceOf(IOException.class);
    }

    @Test
    void the_webhook_is_warm_and_ready_and_probes_need_no_certificate() throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        for (int i = 0; i < 300 && !webhook.readinessData().path("warm").asBoolean(); i++) {
            Thread.sleep(100);
        }

        assertThat(webhook.management().get("/q/health/ready").statusCode()).isEqualTo(200);
    }
}
