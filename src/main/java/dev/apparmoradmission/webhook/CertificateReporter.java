package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.tls.ServingPair;
import dev.apparmoradmission.cluster.tls.TlsReports;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Shows what becomes of certificates, in metrics, in the log and in the health data. */
final class CertificateReporter implements TlsReports {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");

    private final MeterRegistry registry;
    private final WebhookState state;
    private final Consumer<ServingPair> served;
    private final AtomicReference<List<String>> standing = new AtomicReference<>(List.of());

    /**
     * Shows that all is well so far.
     *
     * @param served takes what is to be served
     */
    CertificateReporter(MeterRegistry registry, WebhookState state, Consumer<ServingPair> served) {
        this.registry = registry;
        this.state = state;
        this.served = served;
        for (Matter matter : Matter.values()) {
            // From the start, for an alert on an increase never sees a counter that begins above 0.
            count(matter, 0);
        }
        Gauge.builder(
                        "apparmor_admission.certificate.troubles",
                        () -> standing.get().size())
                .description("What is wrong with certificates now; the log says what")
                .register(registry);
    }

    private void count(Matter matter, int times) {
        registry.counter(
                        "apparmor_admission.certificate.problems",
                        "matter",
                        matter.name().toLowerCase(Locale.ROOT))
                .increment(times);
    }

    @Override
    public void serve(ServingPair pair) {
        served.accept(pair);
        LOG.infof(
                "Serves certificate %s by %s, valid until %s",
                pair.leaf().getSerialNumber().toString(16),
                pair.leaf().getIssuerX500Principal(),
                pair.leaf().getNotAfter().toInstant());
    }

    @Override
    public void leading(boolean leading) {
        LOG.info(leading ? "Leads: keeps the certificates of all replicas" : "Keeps the certificates no longer");
    }

    @Override
    public void problem(Matter matter, String line) {
        count(matter, 1);
        LOG.error(line);
    }

    @Override
    public void solved(Matter matter, String line) {
        LOG.info(line);
    }

    @Override
    public void standing(List<String> lines) {
        standing.set(lines);
        state.certificateProblems(lines);
    }

    @Override
    public void done(String line) {
        LOG.info(line);
    }
}
