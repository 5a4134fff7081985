package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the plain classes of the webhook together. */
@ApplicationScoped
public class WebhookBeans {

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    WebhookState state() {
        return new WebhookState();
    }

    @Produces
    @Singleton
    SnapshotStore snapshots(WebhookSettings settings) {
        return new SnapshotStore(settings.dryRun());
    }

    @Produces
    @Singleton
    AdmissionMetrics metrics(MeterRegistry registry) {
        return new AdmissionMetrics(registry);
    }

    /** Made at the start, for an alert must find its series before anything is counted. */
    @Produces
    @Singleton
    @Startup
    ExceptionMetrics exceptionMetrics(MeterRegistry registry) {
        return new ExceptionMetrics(registry);
    }

    @Produces
    @Singleton
    DecisionLog decisionLog(
            WebhookSettings settings,
            @ConfigProperty(name = "quarkus.log.console.json.enabled", defaultValue = "false") boolean json) {
        return new DecisionLog(json, settings.dryRun());
    }

    @Produces
    @Singleton
    ReviewTracing tracing(WebhookSettings settings, Clock clock) {
        SettingsCheck.check(settings);
        // The tracing library is not loaded, let alone started, where nobody asked for it.
        return settings.tracingEndpoint()
                .<ReviewTracing>map(endpoint -> OtlpTracing.start(endpoint, settings.tracingRatio(), clock))
                .orElse(ReviewTracing.OFF);
    }

    void end(@Disposes ReviewTracing tracing) {
        tracing.close();
    }
}
