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
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import jakarta.annotation.Priority;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Sees to it that there is a serving certificate before the port is opened: the configured one
 * ({@code quarkus.tls.admission.key-store…}), one that the replicas keep themselves, or else a self-made one.
 */
@ApplicationScoped
public class ServingCertificate {

    /** The name of the TLS configuration by which the HTTPS port serves, {@code quarkus.http.tls-configuration-name}. */
    private static final String SERVED = "served";

    /** The name of the one that may be configured. */
    private static final String CONFIGURED = "admission";

    /** Of all who start something, the first and the last. */
    private static final int FIRST = 1;

    private static final int LAST = Integer.MAX_VALUE;

    private final WebhookSettings settings;
    private final Clock clock;
    private final WebhookState state;
    private final ClusterConnection connection;
    private final Vertx vertx;
    private volatile Optional<ServedCertificate> served = Optional.empty();
    private Optional<CompletableFuture<SelfMadeCertificate>> making = Optional.empty();
    private Optional<AutoCloseable> keeper = Optional.empty();

    ServingCertificate(
            WebhookSettings settings, Clock clock, WebhookState state, ClusterConnection connection, Vertx vertx) {
        this.settings = settings;
        this.clock = clock;
        this.state = state;
        this.connection = connection;
        this.vertx = vertx;
    }

    /** Keys and signatures take a tenth of a second, in which policies and inventory can be read. */
    void begin(@Observes @Priority(FIRST) StartupEvent event, TlsConfigurationRegistry registry) {
        SettingsCheck.check(settings);
        if (configured(registry).isEmpty()) {
            making = Optional.of(CompletableFuture.supplyAsync(this::selfMade));
        }
    }

    void provide(
            @Observes @Priority(LAST) StartupEvent event, TlsConfigurationRegistry registry, MeterRegistry meters) {
        // A broken successor is ignored in silence by the reload, so the date is what an alert must look at.
        Gauge.builder(
                        "apparmor_admission.certificate.expiry.seconds",
                        () -> served.map(ServingCertificate::expiry).orElse(0.0))
                .description("When the serving certificate expires, in seconds since 1970; 0 where that is not known")
                .register(meters);
        checkCallers(registry);
        CertificateReporter reporter = new CertificateReporter(meters, state, this::serve);
        Optional<TlsConfiguration> configured = configured(registry);
        if (settings.tlsMode() == WebhookSettings.TlsMode.SELF_MANAGED) {
            if (configured.isPresent()) {
                throw new UnusableConfigurationException(
                        "apparmor-admission.tls.mode is self-managed, but a certificate is"
                                + " configured (quarkus.tls.admission): leave one of them out.");
            }
            manage(registry, reporter);
        } else if (configured.isPresent()) {
            if (settings.caOut().isPresent()) {
                throw new UnusableConfigurationException(
                        "--ca-out writes the CA of the self-made certificate, but a certificate is configured"
                                + " (quarkus.tls.admission): leave one of them out.");
            }
            use(registry, ServedCertificate.of(configured.get(), vertx));
            CertificateFiles.configured().ifPresent(files -> files.watch(vertx, clock, reporter));
        } else {
            SelfMadeCertificate certificate = made();
            use(registry, ServedCertificate.of(certificate.pair(), registry.get(CONFIGURED)));
            settings.caOut().ifPresent(file -> write(file, certificate.authorityPem()));
            state.certificate("self-made, valid until "
                    + certificate.serving().getNotAfter().toInstant());
        }
    }

    private void use(TlsConfigurationRegistry registry, ServedCertificate certificate) {
        registry.register(SERVED, certificate);
        served = Optional.of(certificate);
    }

    /** The configured files have been read anew, whether they have changed or not. */
    void reload(@Observes CertificateUpdatedEvent event) {
        if (event.name().equals(CONFIGURED) && event.tlsConfiguration().getKeyStoreOptions() != null) {
            served.ifPresent(certificate -> certificate.follow(event.tlsConfiguration(), vertx));
        }
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        if (keeper.isPresent()) {
            keeper.get().close();
        }
    }

    /** The CA of those who may ask: a server has no other use for one. */
    private static Optional<TrustOptions> callers(TlsConfigurationRegistry registry) {
        return registry.get(CONFIGURED).flatMap(tls -> Optional.ofNullable(tls.getTrustStoreOptions()));
    }

    /** Whoever names callers wants nobody else to be answered. */
    private void checkCallers(TlsConfigurationRegistry registry) {
        if (settings.callers().isPresent() && callers(registry).isEmpty()) {
            throw new UnusableConfigurationException(
                    "apparmor-admission.callers names who may ask, but there is no CA to know them by: give it as"
                            + " quarkus.tls.admission.trust-store.pem.certs.");
        }
        if (registry.get(CONFIGURED).filter(TlsConfiguration::isTrustAll).isPresent()) {
            throw new UnusableConfigurationException(
                    "quarkus.tls.admission.trust-all would take any caller for an API server: leave it out.");
        }
    }

    private static Optional<TlsConfiguration> configured(TlsConfigurationRegistry registry) {
        return registry.get(CONFIGURED).filter(tls -> tls.getKeyStoreOptions() != null);
    }

    private SelfMadeCertificate made() {
        try {
            return making.orElseThrow().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UnusableConfigurationException unusable) {
                throw unusable;
            }
            throw e;
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
        use(registry, ServedCertificate.of(made().pair(), registry.get(CONFIGURED)));
        state.awaitCertificate();
        state.certificate("self-managed, in Secret " + settings.tlsSecret());
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
        served.ifPresent(certificate -> certificate.follow(pair));
        state.certified();
    }

    private static double expiry(ServedCertificate certificate) {
        KeyStore store = certificate.getKeyStore();
        try {
            double first = 0;
            for (String alias : Collections.list(store.aliases())) {
                if (store.getCertificate(alias) instanceof X509Certificate held) {
                    double expiry = held.getNotAfter().toInstant().getEpochSecond();
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
