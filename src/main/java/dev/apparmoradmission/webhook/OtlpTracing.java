package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.AdmissionRequest;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One span for each review, by OTLP over HTTP. Spans wait in a bounded queue for a thread of the library; what does not fit, or
 * cannot be delivered, is dropped. Nothing of an object is in a span but its kind and its namespace.
 */
final class OtlpTracing implements ReviewTracing {

    /** Spans that wait at most. At 50 reviews a second, some 40 seconds of them. */
    private static final int QUEUE = 2048;

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(5);
    /** How long the end waits for the last spans to be sent. */
    private static final long LAST_SECONDS = 2;
    /** Longest value, in characters: a client writes some of them. */
    private static final int LONGEST_VALUE = 256;

    private static final String HEADER = "traceparent";
    private static final AttributeKey<String> DOOR = AttributeKey.stringKey("apparmor_admission.door");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("apparmor_admission.operation");
    private static final AttributeKey<String> KIND = AttributeKey.stringKey("apparmor_admission.kind");
    private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("k8s.namespace.name");
    private static final AttributeKey<String> VERDICT = AttributeKey.stringKey("apparmor_admission.verdict");
    private static final AttributeKey<String> MODE = AttributeKey.stringKey("apparmor_admission.mode");
    private static final AttributeKey<String> HASH = AttributeKey.stringKey("apparmor_admission.policy_hash");
    private static final AttributeKey<List<String>> RULES = AttributeKey.stringArrayKey("apparmor_admission.rules");
    private static final AttributeKey<List<String>> POLICIES =
            AttributeKey.stringArrayKey("apparmor_admission.policies");
    private static final AttributeKey<Boolean> DRY_RUN = AttributeKey.booleanKey("apparmor_admission.dry_run");
    private static final AttributeKey<Boolean> REQUEST_DRY_RUN =
            AttributeKey.booleanKey("apparmor_admission.request_dry_run");

    /** The one header that counts. */
    private static final TextMapGetter<String> GETTER = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String parent) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable String parent, String key) {
            return key.equals(HEADER) ? parent : null;
        }
    };

    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final Clock clock;

    private OtlpTracing(SdkTracerProvider provider, Clock clock) {
        this.provider = provider;
        this.tracer = provider.get("dev.apparmoradmission.webhook");
        this.clock = clock;
    }

    /**
     * Starts the thread that sends. It connects when there is something to send.
     *
     * @param endpoint the collector's base, such as {@code http://collector:4318}
     * @param ratio the part of reviews to trace that come without a decision of the API server about that, 0 to 1
     */
    static OtlpTracing start(String endpoint, double ratio, Clock clock) {
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(endpoint.replaceAll("/+$", "") + "/v1/traces")
                .setConnectTimeout(SEND_TIMEOUT)
                .setTimeout(SEND_TIMEOUT)
                .build();
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(
                                Attributes.of(AttributeKey.stringKey("service.name"), "apparmor-admission"))))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
                .setSpanLimits(SpanLimits.builder()
                        .setMaxAttributeValueLength(LONGEST_VALUE)
                        .build())
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE)
                        .setScheduleDelay(Duration.ofSeconds(1))
                        .setExporterTimeout(SEND_TIMEOUT)
                        .build())
                .build();
        return new OtlpTracing(provider, clock);
    }

    @Override
    public void answered(Optional<String> parent, Ruling ruling, boolean dryRun, long nanoseconds) {
        try {
            Instant end = clock.instant();
            Span span = tracer.spanBuilder("admission " + ruling.door().label())
                    .setSpanKind(SpanKind.SERVER)
                    .setParent(W3CTraceContextPropagator.getInstance()
                            .extract(Context.root(), parent.orElse(null), GETTER))
                    .setStartTimestamp(end.minusNanos(nanoseconds))
                    .startSpan();
            if (span.isRecording()) {
                describe(span, ruling, dryRun);
            }
            span.end(end);
        } catch (RuntimeException e) {
            // A span less. The review is answered by now, and must be whatever becomes of this.
        }
    }

    private static void describe(Span span, Ruling ruling, boolean dryRun) {
        AdmissionRequest request = ruling.request();
        span.setAttribute(DOOR, ruling.door().label());
        span.setAttribute(OPERATION, Quoted.bare(request.operation()));
        span.setAttribute(KIND, Quoted.bare(request.kind()));
        span.setAttribute(NAMESPACE, Quoted.bare(request.namespace()));
        span.setAttribute(MODE, ruling.mode());
        span.setAttribute(VERDICT, verdict(ruling));
        span.setAttribute(DRY_RUN, dryRun);
        span.setAttribute(REQUEST_DRY_RUN, request.dryRun());
        ruling.decision().ifPresent(decision -> {
            span.setAttribute(HASH, decision.policyHash());
            span.setAttribute(POLICIES, decision.policies());
            span.setAttribute(
                    RULES,
                    decision.findings().stream()
                            .map(finding -> finding.rule().id())
                            .distinct()
                            .toList());
        });
        if (ruling.failed()) {
            span.setStatus(StatusCode.ERROR, "judging failed");
        }
    }

    private static String verdict(Ruling ruling) {
        if (ruling.failed()) {
            return "error";
        }
        if (ruling.decision().isEmpty()) {
            return "skipped";
        }
        Decision decision = ruling.decision().get();
        if (!decision.allowed()) {
            return "deny";
        }
        if (!decision.wouldBeAllowed()) {
            return "would-deny";
        }
        return decision.findings(Action.WARN).isEmpty() ? "allow" : "warn";
    }

    @Override
    public void close() {
        provider.shutdown().join(LAST_SECONDS, TimeUnit.SECONDS);
    }
}
