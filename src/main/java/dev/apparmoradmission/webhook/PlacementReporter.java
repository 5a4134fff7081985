package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.placement.PlacementReports;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** Shows what the placement leader does, in metrics and in the log. */
final class PlacementReporter implements PlacementReports {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");

    private final MeterRegistry registry;
    private final AtomicInteger leader;
    private final AtomicInteger withoutLabel;
    private final AtomicInteger held;
    private final AtomicInteger inTrouble;
    private final Counter overdue;
    private final Counter problems;
    private final Timer hold;

    PlacementReporter(MeterRegistry registry) {
        this.registry = registry;
        for (LabelWrite outcome : LabelWrite.values()) {
            writes(outcome, 0);
        }
        leader = gauge(registry, "leader", "1 while this replica writes node labels and lets held pods go");
        withoutLabel = gauge(
                registry,
                "node.labels.left.out",
                "Profiles without a label because their node has too many, over all nodes");
        held = gauge(registry, "held.pods", "Pods behind our scheduling gate, as the leader sees them");
        inTrouble =
                gauge(registry, "placement.troubles", "Kinds of work that the leader cannot do now; the log says why");
        overdue = Counter.builder("apparmor_admission.hold.deadline.exceeded")
                .description("Pods that waited behind our scheduling gate longer than they should")
                .register(registry);
        problems = Counter.builder("apparmor_admission.placement.problems")
                .description("Times that something kept the leader from its work")
                .register(registry);
        hold = Timer.builder("apparmor_admission.hold")
                .description("How long pods waited behind our scheduling gate until they were let go")
                .register(registry);
    }

    private void writes(LabelWrite outcome, int times) {
        registry.counter(
                        "apparmor_admission.node.labels.writes",
                        "outcome",
                        outcome.name().toLowerCase(Locale.ROOT))
                .increment(times);
    }

    private static AtomicInteger gauge(MeterRegistry registry, String name, String description) {
        AtomicInteger value = new AtomicInteger();
        Gauge.builder("apparmor_admission." + name, value, AtomicInteger::get)
                .description(description)
                .register(registry);
        return value;
    }

    @Override
    public void leading(boolean leading) {
        leader.set(leading ? 1 : 0);
        LOG.info(leading ? "Leads: writes node labels and lets held pods go" : "Leads no longer");
    }

    @Override
    public void labels(LabelWrite outcome) {
        writes(outcome, 1);
    }

    @Override
    public void withoutLabel(int profiles) {
        withoutLabel.set(profiles);
    }

    @Override
    public void held(int pods) {
        held.set(pods);
    }

    @Override
    public void released(Duration waited) {
        hold.record(waited.isNegative() ? Duration.ZERO : waited);
    }

    @Override
    public void overdue() {
        overdue.increment();
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

    @Override
    public void defect(String line) {
        problems.increment();
        LOG.error(line);
    }

    @Override
    public void remarked(String line) {
        LOG.warn(line);
    }
}
