package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.tls.Pem;
import dev.apparmoradmission.cluster.tls.ServingPair;
import dev.apparmoradmission.cluster.tls.TlsReports;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The certificate and the key in files. Quarkus serves and reloads them, and passes over a successor that is broken without a
 * word; this tells of it.
 *
 * @param certificate the chain
 * @param key the key of its first certificate
 */
record CertificateFiles(Path certificate, Path key) {

    private static final long PERIOD_MILLISECONDS = 10_000;
    private static final long LONGEST = 1024 * 1024;
    /** As it is written in a file, and as an environment variable stands for it. */
    private static final List<String> PREFIXES =
            List.of("quarkus.tls.admission.key-store.pem.0.", "quarkus.tls.\"admission\".key-store.pem.\"0\".");

    /** Those that are configured, if PEM files are. */
    static Optional<CertificateFiles> configured() {
        Config config = ConfigProvider.getConfig();
        for (String prefix : PREFIXES) {
            Optional<Path> certificate = config.getOptionalValue(prefix + "cert", Path.class);
            Optional<Path> key = config.getOptionalValue(prefix + "key", Path.class);
            if (certificate.isPresent() && key.isPresent()) {
                return Optional.of(new CertificateFiles(certificate.get(), key.get()));
            }
        }
        return Optional.empty();
    }

    /** Looks at them again and again, and tells each fault once. */
    void watch(Vertx vertx, InstantSource clock, TlsReports reports) {
        AtomicReference<Optional<String>> told = new AtomicReference<>(Optional.empty());
        Callable<Boolean> look = () -> {
            tell(told.getAndSet(fault(clock.instant())), told.get(), reports);
            return true;
        };
        vertx.setPeriodic(PERIOD_MILLISECONDS, timer -> vertx.executeBlocking(look));
    }

    private static void tell(Optional<String> before, Optional<String> now, TlsReports reports) {
        if (before.equals(now)) {
            return;
        }
        now.ifPresentOrElse(
                line -> reports.problem(TlsReports.Matter.FILES, line),
                () -> reports.solved(TlsReports.Matter.FILES, "The certificate's files are in order again"));
        reports.standing(now.stream().toList());
    }

    /** Why what they hold cannot be served; empty where it can. */
    Optional<String> fault(Instant now) {
        try {
            Pem.Certificates chain = Pem.certificates(text(certificate));
            if (chain.fault().isPresent()) {
                return told(certificate + " " + chain.fault().get());
            }
            Optional<PrivateKey> read = Pem.key(text(key));
            if (read.isEmpty()) {
                return told(key + " holds no private key that can be read");
            }
            return new ServingPair(chain.certificates(), read.get())
                    .fault(now)
                    .flatMap(fault -> told(fault + " (" + certificate + ", " + key + ")"));
        } catch (IOException e) {
            return told("cannot be read: " + e.getMessage());
        }
    }

    private static Optional<String> told(String fault) {
        return Optional.of("The configured certificate cannot be served, the last good one is until it expires: "
                + StartFailure.oneLine(fault));
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException(file + " is longer than " + LONGEST + " bytes");
        }
        return Files.readString(file);
    }
}
