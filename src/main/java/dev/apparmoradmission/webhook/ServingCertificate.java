package dev.apparmoradmission.webhook;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Sees to it that there is a serving certificate before the port is opened: the configured one
 * ({@code quarkus.tls.admission.key-store…}), or else a self-made one.
 */
@ApplicationScoped
public class ServingCertificate {

    /** The name of the TLS configuration by which the HTTPS port serves. */
    private static final String NAME = "admission";

    private final WebhookSettings settings;
    private final Clock clock;
    private final WebhookState state;

    ServingCertificate(WebhookSettings settings, Clock clock, WebhookState state) {
        this.settings = settings;
        this.clock = clock;
        this.state = state;
    }

    void provide(@Observes StartupEvent event, TlsConfigurationRegistry registry, MeterRegistry meters) {
        // A broken successor is ignored in silence by the reload, so the date is what an alert must look at.
        Gauge.builder("apparmor_admission.certificate.expiry.seconds", () -> expiry(registry))
                .description("When the serving certificate expires, in seconds since 1970; 0 where that is not known")
                .register(meters);
        boolean configured = registry.get(NAME)
                .filter(tls -> tls.getKeyStoreOptions() != null)
                .isPresent();
        if (configured) {
            if (settings.caOut().isPresent()) {
                throw new UnusableConfigurationException(
                        "--ca-out writes the CA of the self-made certificate, but a certificate is configured"
                                + " (quarkus.tls.admission): leave one of them out.");
            }
            return;
        }
        List<String> hosts = settings.tlsHosts().orElse(List.of());
        SelfMadeCertificate certificate;
        try {
            certificate = SelfMadeCertificate.make(hosts, clock.instant());
        } catch (IllegalArgumentException e) {
            throw new UnusableConfigurationException("--tls-host (apparmor-admission.tls-hosts): " + e.getMessage());
        }
        registry.register(NAME, new InMemory(certificate));
        settings.caOut().ifPresent(file -> write(file, certificate.authorityPem()));
        state.certificate(
                "self-made, valid until " + certificate.serving().getNotAfter().toInstant());
    }

    private static double expiry(TlsConfigurationRegistry registry) {
        Optional<KeyStore> store = registry.get(NAME).map(TlsConfiguration::getKeyStore);
        if (store.isEmpty()) {
            return 0;
        }
        try {
            double first = 0;
            for (String alias : Collections.list(store.get().aliases())) {
                if (store.get().getCertificate(alias) instanceof X509Certificate certificate) {
                    double expiry = certificate.getNotAfter().toInstant().getEpochSecond();
                    first = first == 0 ? expiry : Math.min(first, expiry);
                }
            }
            return first;
        } catch (KeyStoreException e) {
            return 0;
        }
    }

    /** A reader sees the whole file or the old one. */
    private static void write(Path file, String pem) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid());
        try {
            if (Files.isDirectory(target)) {
                throw new IOException("it is a directory");
            }
            Files.writeString(temporary, pem);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            temporary.toFile().delete();
            throw new UnusableConfigurationException("--ca-out: " + file + " "
                    + (e instanceof NoSuchFileException
                            ? "cannot be written: there is no such directory"
                            : "cannot be written: " + e.getMessage()));
        }
    }

    private static final class InMemory extends BaseTlsConfiguration {

        private final KeyStore keyStore;
        private final KeyCertOptions options;

        InMemory(SelfMadeCertificate certificate) {
            keyStore = certificate.keyStore();
            options = new PemKeyCertOptions()
                    .addKeyValue(Buffer.buffer(certificate.keyPem()))
                    .addCertValue(Buffer.buffer(certificate.servingPem() + certificate.authorityPem()));
        }

        @Override
        public KeyStore getKeyStore() {
            return keyStore;
        }

        @Override
        public KeyCertOptions getKeyStoreOptions() {
            return options;
        }

        @Override
        public SSLOptions getSSLOptions() {
            return new SSLOptions().setKeyCertOptions(options).setUseAlpn(true);
        }
    }
}
