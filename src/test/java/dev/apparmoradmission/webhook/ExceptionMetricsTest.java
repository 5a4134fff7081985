package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.ledger.ExceptionTally.Figures;
import dev.apparmoradmission.ledger.ExceptionTally.Group;
import dev.apparmoradmission.ledger.ExceptionTally.Source;
import dev.apparmoradmission.ledger.State;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The gauges of exceptions that workloads have. */
class ExceptionMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ExceptionMetrics metrics = new ExceptionMetrics(registry);

    private double gauge(String name, String... tags) {
        return registry.get("apparmor_admission." + name).tags(tags).gauge().value();
    }

    @Test
    void every_series_but_the_ends_is_there_from_the_start() {
        assertThat(registry.find("apparmor_admission.exceptions").gauges())
                .hasSize(8)
                .allMatch(g -> g.value() == 0);
        assertThat(gauge("exceptions.unneeded")).isZero();
        assertThat(gauge("grants.unused")).isZero();
        assertThat(registry.find("apparmor_admission.annotation.expiry.seconds").gauges())
                .isEmpty();
    }

    @Test
    void they_show_the_last_pass_and_nothing_once_another_replica_makes_them() {
        Instant end = Instant.parse("2026-12-02T00:00:00Z");
        AtomicBoolean leading = new AtomicBoolean(true);
        metrics.counted(
                new Figures(
                        Map.of(new Group(Source.ANNOTATION, State.EXPIRED), 3, new Group(Source.GRANT, State.VALID), 2),
                        1,
                        Map.of("shop", end),
                        OptionalInt.of(4)),
                leading::get);

        assertThat(gauge("exceptions", "source", "Annotation", "state", "expired"))
                .isEqualTo(3);
        assertThat(gauge("exceptions", "source", "Grant", "state", "valid")).isEqualTo(2);
        assertThat(gauge("exceptions", "source", "Grant", "state", "expired")).isZero();
        assertThat(gauge("exceptions.unneeded")).isEqualTo(1);
        assertThat(gauge("grants.unused")).isEqualTo(4);
        assertThat(gauge("annotation.expiry.seconds", "namespace", "shop")).isEqualTo((double) end.getEpochSecond());

        leading.set(false);

        assertThat(gauge("annotation.expiry.seconds", "namespace", "shop"))
                .as("no number, on which no alert fires")
                .isNaN();
        assertThat(registry.getMeters())
                .filteredOn(meter -> !meter.getId().getName().endsWith("expiry.seconds"))
                .allMatch(meter -> ((Gauge) meter).value() == 0);
    }

    @Test
    void a_namespace_without_an_end_any_more_loses_its_series() {
        Figures ending = new Figures(Map.of(), 0, Map.of("shop", Instant.EPOCH), OptionalInt.of(0));
        metrics.counted(ending, () -> true);
        metrics.counted(Figures.NONE, () -> true);

        assertThat(registry.find("apparmor_admission.annotation.expiry.seconds").gauges())
                .isEmpty();
    }
}
