package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Counts what the webhook decides. Meters are looked up by values that are there anyway: nothing is formatted for an allow. */
final class AdmissionMetrics {

    /** The API server knows four operations; a client may write anything. */
    private static final List<String> OPERATIONS = List.of("CREATE", "UPDATE", "DELETE", "CONNECT");

    private static final String OTHER = "other";
    /** Namespaces that have findings of their own; what comes later is counted together. */
    private static final int MOST_NAMESPACES = 2000;
    /** Longest name of a namespace; a client may write anything. */
    private static final int LONGEST_NAMESPACE = 63;

    private record DecisionKey(Door door, String operation, boolean allowed, String mode) {}

    private record FindingKey(Rule rule, Action action, String namespace) {}

    /** What dry-run audit mode kept from happening to a request. */
    private enum Spared {
        DENY,
        PATCH
    }

    private record SparedKey(Spared outcome, String namespace) {}

    private final MeterRegistry registry;
    private final Timer seconds;
    private final Map<DecisionKey, Counter> decisions = new ConcurrentHashMap<>();
    private final Map<FindingKey, Counter> findings = new ConcurrentHashMap<>();
    private final Map<FindingKey, Counter> meant = new ConcurrentHashMap<>();
    private final Map<SparedKey, Counter> spared = new ConcurrentHashMap<>();
    private final Map<String, String> namespaces = new ConcurrentHashMap<>();
    private final Map<String, Counter> exceptions = new ConcurrentHashMap<>();

    AdmissionMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.seconds = Timer.builder("apparmor_admission.decision")
                .description("Time from the parsed review to the answer, in seconds")
                .serviceLevelObjectives(
                        Duration.ofNanos(50_000),
                        Duration.ofNanos(100_000),
                        Duration.ofNanos(250_000),
                        Duration.ofNanos(500_000),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(25),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1))
                .register(registry);
        for (Door door : Door.values()) {
            decision(new DecisionKey(door, "CREATE", true, "Enforce"));
            decision(new DecisionKey(door, "UPDATE", true, Ruling.SKIPPED));
            // From the start, for an alert on an increase never sees a counter that begins above 0.
            decision(new DecisionKey(door, "CREATE", false, Ruling.ERROR));
            decision(new DecisionKey(door, "UPDATE", false, Ruling.ERROR));
        }
        decision(new DecisionKey(Door.VALIDATE, "CREATE", false, "Enforce"));
        exception("Annotation");
        exception("Grant");
    }

    void record(Ruling ruling, long nanoseconds) {
        seconds.record(nanoseconds, TimeUnit.NANOSECONDS);
        String operation = ruling.request().operation();
        decision(new DecisionKey(
                        ruling.door(),
                        OPERATIONS.contains(operation) ? operation : OTHER,
                        ruling.allowed(),
                        ruling.mode()))
                .increment();
        ruling.decision().ifPresent(decision -> {
            for (Finding finding : decision.findings()) {
                finding(finding, ruling.request().namespace()).increment();
                finding.exception()
                        .ifPresent(accepted -> exception(accepted.source()).increment());
            }
            if (ruling.mode().equals(Ruling.DRY_RUN)) {
                dryRun(ruling, decision);
            }
        });
    }

    /** What would have followed: the actions of the findings above are all Audit. */
    private void dryRun(Ruling ruling, Decision decision) {
        String namespace = ruling.request().namespace();
        decision.findings().forEach(finding -> meant(finding, namespace).increment());
        if (!decision.wouldBeAllowed()) {
            spared(Spared.DENY, namespace).increment();
        }
        if (ruling.door() == Door.MUTATE && !decision.intendedPatch().isEmpty()) {
            spared(Spared.PATCH, namespace).increment();
        }
    }

    private Counter decision(DecisionKey key) {
        Counter known = decisions.get(key);
        return known != null
                ? known
                : decisions.computeIfAbsent(
                        key,
                        missing -> Counter.builder("apparmor_admission.decisions")
                                .description("Reviews answered")
                                .tag("door", missing.door().label())
                                .tag("operation", missing.operation())
                                .tag("allowed", Boolean.toString(missing.allowed()))
                                .tag("mode", missing.mode())
                                .register(registry));
    }

    private Counter finding(Finding finding, String namespace) {
        return findings.computeIfAbsent(
                new FindingKey(finding.rule(), finding.action(), bounded(namespace)),
                missing -> Counter.builder("apparmor_admission.findings")
                        .description("Findings of the rules")
                        .tag("rule", missing.rule().id())
                        .tag("action", missing.action().policyName())
                        .tag("namespace", missing.namespace())
                        .register(registry));
    }

    private Counter meant(Finding finding, String namespace) {
        return meant.computeIfAbsent(
                new FindingKey(finding.rule(), finding.intended(), bounded(namespace)),
                missing -> Counter.builder("apparmor_admission.dry.run.findings")
                        .description("Findings in dry-run audit mode, by the action that would have followed")
                        .tag("rule", missing.rule().id())
                        .tag("action", missing.action().policyName())
                        .tag("namespace", missing.namespace())
                        .register(registry));
    }

    private Counter spared(Spared outcome, String namespace) {
        return spared.computeIfAbsent(
                new SparedKey(outcome, bounded(namespace)),
                missing -> Counter.builder("apparmor_admission.dry.run.requests")
                        .description("Requests that would have been denied or patched without dry-run audit mode")
                        .tag("outcome", missing.outcome().name().toLowerCase(Locale.ROOT))
                        .tag("namespace", missing.namespace())
                        .register(registry));
    }

    private String bounded(String namespace) {
        if (namespace.length() > LONGEST_NAMESPACE) {
            return OTHER;
        }
        String known = namespaces.get(namespace);
        if (known != null) {
            return known;
        }
        if (namespaces.size() >= MOST_NAMESPACES) {
            return OTHER;
        }
        namespaces.put(namespace, namespace);
        return namespace;
    }

    private Counter exception(String source) {
        return exceptions.computeIfAbsent(
                source,
                missing -> Counter.builder("apparmor_admission.exceptions.used")
                        .description("Findings for which an exception was accepted")
                        .tag("source", missing)
                        .register(registry));
    }
}
