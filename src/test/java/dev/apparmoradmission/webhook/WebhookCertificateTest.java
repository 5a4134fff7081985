package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** A certificate that is configured is served, and read again when it changes. */
@QuarkusTest
@WithTestResource(WebhookCertificateTest.Configured.class)
class WebhookCertificateTest {

    private static final String DIRECTORY = "webhook-test.certificates";

    /** A standalone webhook with a certificate of its own. */
    public static final class Configured implements QuarkusTestResourceLifecycleManager {

        private final WebhookFiles files = new WebhookFiles();
        private Optional<Path> directory = Optional.empty();

        @Override
        public Map<String, String> start() {
            try {
                Path made = Files.createTempDirectory("webhook-certificates");
                directory = Optional.of(made);
                write(made);
                Map<String, String> settings = new HashMap<>(files.start());
                settings.remove("apparmor-admission.ca-out");
                settings.put(
                        "quarkus.tls.admission.key-store.pem.0.cert",
                        made.resolve("tls.crt").toString());
                settings.put(
                        "quarkus.tls.admission.key-store.pem.0.key",
                        made.resolve("tls.key").toString());
                settings.put("quarkus.tls.admission.reload-period", "1S");
                settings.put(DIRECTORY, made.toString());
                return settings;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {
            files.stop();
            for (String name : List.of("ca.crt", "tls.crt", "tls.key", "")) {
                directory.ifPresent(made -> made.resolve(name).toFile().delete());
            }
        }
    }

    @Inject
    HttpServer server;

    @Inject
    TlsConfigurationRegistry registry;

    @Inject
    Event<CertificateUpdatedEvent> updates;

    @Test
    void the_configured_certificate_is_served_and_its_successor_after_it() throws Exception {
        Path directory = Path.of(ConfigProvider.getConfig().getValue(DIRECTORY, String.class));
        String review = Reviews.create(Reviews.podOf("Unconfined"));
        WebhookClient first = new WebhookClient(server, directory.resolve("ca.crt"));
        assertThat(first.allowed(Door.VALIDATE, review)).isFalse();
        assertThat(first.metrics()).containsPattern("apparmor_admission_certificate_expiry_seconds [1-9]");

        write(directory);
        WebhookClient second = new WebhookClient(server, directory.resolve("ca.crt"));
        for (int i = 0; i < 300 && !isTrusted(second, review); i++) {
            Thread.sleep(100);
        }

        assertThat(second.allowed(Door.VALIDATE, review)).isFalse();
    }

    /** Vert.x's own way to another certificate closes what comes in at that moment: this is not to come back. */
    @Test
    void no_connection_is_refused_while_the_files_are_read_again() throws Exception {
        Path directory = Path.of(ConfigProvider.getConfig().getValue(DIRECTORY, String.class));
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(new WebhookClient(server, directory.resolve("ca.crt")).trust());
        context.init(null, trust.getTrustManagers(), null);
        AtomicBoolean ended = new AtomicBoolean();
        Thread reloads = new Thread(() -> {
            while (!ended.get()) {
                updates.fire(new CertificateUpdatedEvent(
                        "admission", registry.get("admission").orElseThrow()));
                LockSupport.parkNanos(5_000_000);
            }
        });
        reloads.start();
        try {
            for (int i = 0; i < 100; i++) {
                try (SSLSocket socket =
                        (SSLSocket) context.getSocketFactory().createSocket("localhost", server.getSecurePort())) {
                    socket.startHandshake();
                }
            }
        } finally {
            ended.set(true);
            reloads.join();
        }
    }

    private static boolean isTrusted(WebhookClient client, String review) throws Exception {
        try {
            client.post(Door.VALIDATE, review);
            return true;
        } catch (Exception e) {
            if (e instanceof SSLException) {
                return false;
            }
            throw e;
        }
    }

    private static void write(Path directory) throws IOException {
        SelfMadeCertificate made = SelfMadeCertificate.make(List.of(), Instant.now());
        WebhookFiles.put(directory.resolve("ca.crt"), made.authorityPem());
        WebhookFiles.put(directory.resolve("tls.key"), made.keyPem());
        WebhookFiles.put(directory.resolve("tls.crt"), made.servingPem() + made.authorityPem());
    }
}
