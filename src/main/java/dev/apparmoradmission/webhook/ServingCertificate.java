package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.tls.ServingPair;
import dev.apparmoradmission.cluster.tls.TlsKeeper;
import dev.apparmoradmission.cluster.tls.TlsTerms;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Sees to it that there is a serving certificate before the port is opened: the configured one
 * ({@code quarkus.tls.admission.key-store…}), one that the replicas keep themselves, or else a self-made one.
 */
@ApplicationScoped
public class ServingCertificate {

    /** The name of the TLS configuration by which the HTTPS port serves. */
    private static final String NAME = "admission";

    private final WebhookSettings settings;
    private final Clock clock;
    private final WebhookState state;
    private final ClusterConnection connection;
    private final Event<CertificateUpdatedEvent> updates;
    private volatile Optional<ServedCertificate> managed = Optional.empty();
    private Optional<AutoCloseable> keeper = Optional.empty();

    ServingCertificate(
            WebhookSettings settings,
            Clock clock,
            WebhookState state,
            ClusterConnection connection,
            Event<CertificateUpdatedEvent> updates) {
        this.settings = settings;
        this.clock = clock;
        this.state = state;
        this.connection = connection;
        this.updates = updates;
    }

    void provide(@Observes StartupEvent event, TlsConfigurationRegistry registry, MeterRegistry meters, Vertx vertx) {
        SettingsCheck.check(settings);
        // A broken successor is ignored in silence by the reload, so the date is what an alert must look at.
        Gauge.builder("apparmor_admission.certificate.expiry.seconds", () -> expiry(registry))
                .description("When the serving certificate expires, in seconds since 1970; 0 where that is not known")
                .register(meters);
        CertificateReporter reporter = new CertificateReporter(meters, state, this::serve);
        boolean configured = registry.get(NAME)
                .filter(tls -> tls.getKeyStoreOptions() != null)
                .isPresent();
        if (settings.tlsMode() == WebhookSettings.TlsMode.SELF_MANAGED) {
            if (configured) {
                throw new UnusableConfigurationException(
                        "apparmor-admission.tls.mode is self-managed, but a certificate is"
                                + " configured (quarkus.tls.admission): leave one of them out.");
            }
            manage(registry, reporter);
        } else if (configured) {
            if (settings.caOut().isPresent()) {
                throw new UnusableConfigurationException(
                        "--ca-out writes the CA of the self-made certificate, but a certificate is configured"
                                + " (quarkus.tls.admission): leave one of them out.");
            }
            CertificateFiles.configured().ifPresent(files -> files.watch(vertx, clock, reporter));
        } else {
            SelfMadeCertificate certificate = selfMade();
            registry.register(NAME, new ServedCertificate(certificate.pair()));
            settings.caOut().ifPresent(file -> write(file, certificate.authorityPem()));
            state.certificate("self-made, valid until "
                    + certificate.serving().getNotAfter().toInstant());
        }
    }

    void listening(@ObservesAsync HttpsServerStart event) {
        // What came while the port was being opened may have been missed.
        managed.ifPresent(this::tell);
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        if (keeper.isPresent()) {
            keeper.get().close();
        }
    }

    private SelfMadeCertificate selfMade() {
        try {
            return SelfMadeCertificate.make(settings.tlsHosts().orElse(List.of()), clock.instant());
        } catch (IllegalArgumentException e) {
            throw new UnusableConfigurationException("--tls-host (apparmor-admission.tls-hosts): " + e.getMessage());
        }
    }

    /** Until the Secret is there a certificate that nobody trusts opens the port, and the webhook is not ready. */
    private void manage(TlsConfigurationRegistry registry, CertificateReporter reporter) {
        ServedCertificate served = new ServedCertificate(selfMade().pair());
        state.awaitCertificate();
        state.certificate("self-managed, in Secret " + settings.tlsSecret());
        registry.register(NAME, served);
        managed = Optional.of(served);
        keeper = Optional.of(TlsKeeper.start(
                connection, settings.tlsNamespace(), settings.tlsSecret(), this::terms, reporter, clock));
    }

    /** The API server asks for {@code NAME.NAMESPACE.svc}; the shorter form is for people in the namespace. */
    private TlsTerms terms(String namespace) {
        String service = settings.tlsServiceName() + "." + namespace;
        List<String> hosts = new ArrayList<>(List.of(service + ".svc", service));
        hosts.addAll(settings.tlsHosts().orElse(List.of()));
        return new TlsTerms(hosts, settings.tlsValidity(), settings.tlsCaValidity(), settings.tlsOverlap());
    }

    private void serve(ServingPair pair) {
        managed.ifPresent(served -> {
            served.follow(pair);
            tell(served);
            state.certified();
        });
    }

    /** New connections get the present certificate; those that are open stay as they are. */
    private void tell(ServedCertificate served) {
        updates.fire(new CertificateUpdatedEvent(NAME, served));
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
}
