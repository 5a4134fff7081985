package dev.apparmoradmission.webhook;

import dev.apparmoradmission.ledger.ExceptionTally.Figures;
import dev.apparmoradmission.ledger.ExceptionTally.Group;
import dev.apparmoradmission.ledger.ExceptionTally.Source;
import dev.apparmoradmission.ledger.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

/**
 * Shows the exceptions that workloads of the cluster have, as the last pass over them counted them. Only the replica that makes
 * these passes knows them; the others show 0.
 */
final class ExceptionMetrics {

    /** What counts as ending soon: as the alerts have it. */
    static final Duration SOON = Duration.ofDays(14);

    /** Namespaces with a series of their own: those whose exceptions end first. More would be a list that nobody reads. */
    static final int MOST_NAMESPACES = 200;

    private final AtomicReference<Counted> last = new AtomicReference<>(new Counted(Figures.NONE, () -> true));
    private final MultiGauge nextEnds;

    ExceptionMetrics(MeterRegistry registry) {
        for (Source source : Source.values()) {
            for (State state : State.values()) {
                Group group = new Group(source, state);
                Gauge.builder(
                                "apparmor_admission.exceptions",
                                () -> last.get().figures().exceptions().getOrDefault(group, 0))
                        .description("Exceptions of pods and templates in the cluster, by where they come from and"
                                + " whether they are valid, end within 14 days, have ended, or are refused")
                        .tag("source", source.word())
                        .tag("state", state.word())
                        .register(registry);
            }
        }
        gauge(
                registry,
                "exceptions.unneeded",
                "Exceptions by annotation of pods and templates that no finding needs",
                Figures::unneeded);
        gauge(
                registry,
                "grants.unused",
                "Grants in the policy set that excuse nothing in the cluster; 0 while that is not known",
                counted -> counted.unusedGrants().orElse(0));
        nextEnds = MultiGauge.builder("apparmor_admission.annotation.expiry.seconds")
                .description("When the next exception by annotation ends, in seconds since 1970, by namespace; only of"
                        + " those that end")
                .register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<Figures> value) {
        Gauge.builder(
                        "apparmor_admission." + name,
                        () -> value.applyAsDouble(last.get().figures()))
                .description(description)
                .register(registry);
    }

    /**
     * A pass has ended.
     *
     * @param figures what it counted
     * @param leading whether this replica is still the one that makes the passes: what it shows else would be out of date
     */
    void counted(Figures figures, BooleanSupplier leading) {
        Counted counted = new Counted(figures, leading);
        last.set(counted);
        nextEnds.register(
                figures.nextEnds().keySet().stream()
                        .<MultiGauge.Row<?>>map(namespace ->
                                MultiGauge.Row.of(Tags.of("namespace", namespace), counted, any -> any.end(namespace)))
                        .toList(),
                true);
    }

    /**
     * What the last pass counted.
     *
     * @param all what it counted
     * @param leading whether that is still to be shown
     */
    private record Counted(Figures all, BooleanSupplier leading) {
        Figures figures() {
            return leading.getAsBoolean() ? all : Figures.NONE;
        }

        /** In seconds since 1970. No number where it is not to be shown: no alert fires for that. */
        double end(String namespace) {
            Instant end = figures().nextEnds().get(namespace);
            return end == null ? Double.NaN : (double) end.getEpochSecond();
        }
    }
}
