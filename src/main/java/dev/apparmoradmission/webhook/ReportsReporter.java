package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.observed.PassReports;
import dev.apparmoradmission.openreports.ClusterFindings;
import dev.apparmoradmission.openreports.Outcome;
import dev.apparmoradmission.openreports.Written;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/** Shows what the leader of passes finds and writes, in metrics and in the log. */
final class ReportsReporter implements PassReports {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");

    private final MeterRegistry registry;
    private final Clock clock;
    private final AtomicInteger leader = new AtomicInteger();
    private final AtomicInteger inTrouble = new AtomicInteger();
    private final AtomicLong lastSuccess = new AtomicLong();
    private final Map<Outcome, AtomicInteger> results = new EnumMap<>(Outcome.class);
    private final Map<Drift.Kind, AtomicInteger> drifted = new EnumMap<>(Drift.Kind.class);
    private final Counter problems;
    private final Timer pass;

    ReportsReporter(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
        gauge("reports.leader", leader, "1 while this replica judges what is in the cluster and writes reports");
        gauge("reports.troubles", inTrouble, "Kinds of work for reports that cannot be done now; the log says why");
        gauge(
                "reports.last.success.timestamp.seconds",
                lastSuccess,
                "When all reports were as they should be last, in seconds since 1970; 0 for never");
        for (Outcome outcome : Outcome.values()) {
            AtomicInteger value = results.computeIfAbsent(outcome, any -> new AtomicInteger());
            Gauge.builder("apparmor_admission.reports.results", value, AtomicInteger::get)
                    .tag("result", outcome.reportName())
                    .description("Results of the last pass, over all namespaces, those left out for their number too")
                    .register(registry);
        }
        for (Drift.Kind kind : Drift.Kind.values()) {
            AtomicInteger value = drifted.computeIfAbsent(kind, any -> new AtomicInteger());
            Gauge.builder("apparmor_admission.drifted.containers", value, AtomicInteger::get)
                    .tag("drift", kind.reportName())
                    .description("Containers of running pods that are no longer what an admission makes of them")
                    .register(registry);
        }
        written(new Written(0, 0, 0, 0, List.of()));
        problems = Counter.builder("apparmor_admission.reports.problems")
                .description("Times that something kept reports from being written")
                .register(registry);
        pass = Timer.builder("apparmor_admission.reports.pass")
                .description("How long it took to judge all that is in the cluster, and to write reports of it")
                .register(registry);
    }

    private void gauge(String name, Number value, String description) {
        Gauge.builder("apparmor_admission." + name, value, Number::doubleValue)
                .description(description)
                .register(registry);
    }

    private void written(Written written) {
        count("created", written.created());
        count("updated", written.updated());
        count("unchanged", written.unchanged());
        count("removed", written.removed());
        count("failed", written.problems().size());
    }

    private void count(String outcome, int reports) {
        registry.counter("apparmor_admission.reports.kept", "outcome", outcome).increment(reports);
    }

    /** A pass was written. */
    void written(ClusterFindings findings, Written written) {
        written(written);
        results.forEach((outcome, value) -> value.set(findings.count(outcome)));
        drifted.forEach((kind, value) -> value.set(findings.drifted().getOrDefault(kind, 0)));
        if (written.problems().isEmpty() && findings.isWhole()) {
            lastSuccess.set(clock.instant().getEpochSecond());
        }
        LOG.debugf("Reports: %s", written.describe());
    }

    @Override
    public void leading(boolean leading) {
        leader.set(leading ? 1 : 0);
        if (!leading) {
            // Another replica tells of it from now on.
            results.values().forEach(value -> value.set(0));
            drifted.values().forEach(value -> value.set(0));
        }
        LOG.info(leading ? "Leads: judges what is in the cluster and writes reports" : "Leads reports no longer");
    }

    @Override
    public void passed(Duration took, boolean whole) {
        pass.record(took);
    }

    @Override
    public void problem(String line) {
        problems.increment();
        inTrouble.incrementAndGet();
        LOG.error(line);
    }

    @Override
    public void solved(String line) {
        inTrouble.decrementAndGet();
        LOG.info(line);
    }
}
