package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.NodeLoss;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.NodeAppArmor.State;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.PolicySet;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Shows what the webhook decides by: which policies are in force, and how well the nodes are known. */
final class SourceMetrics {

    /** Grants with a series of their own: those that end first. More would be a list that nobody reads. */
    private static final int MOST_GRANTS = 200;

    private final MeterRegistry registry;
    private final SnapshotStore snapshots;
    private final Clock clock;
    private final MultiGauge policyInfo;
    private final MultiGauge grantExpiry;

    SourceMetrics(MeterRegistry registry, SnapshotStore snapshots, WebhookState state, Clock clock) {
        this.registry = registry;
        this.snapshots = snapshots;
        this.clock = clock;
        this.policyInfo = MultiGauge.builder("apparmor_admission.policy.info")
                .description("1 for the policy set in force, by the hash of its content")
                .register(registry);
        this.grantExpiry = MultiGauge.builder("apparmor_admission.grant.expiry.seconds")
                .description("When a grant ends, in seconds since 1970, by its name; only of grants that end")
                .register(registry);
        whether("ready", "1 while this replica may be asked", () -> state.isReady(snapshots));
        whether(
                "policy.problem",
                "1 while the newest policy files are refused and an earlier set stays in force",
                () -> state.policyProblem().isPresent());
        whether(
                "cluster.problem",
                "1 while nodes or inventories cannot be watched or read and what was seen last stays in force",
                () -> state.clusterProblem().isPresent());
        for (boolean over : List.of(false, true)) {
            Gauge.builder("apparmor_admission.grants", () -> grants(over))
                    .description("Grants in the policy set, by whether they still hold")
                    .tag("state", over ? "expired" : "valid")
                    .register(registry);
        }
        for (State standing : State.values()) {
            Gauge.builder("apparmor_admission.inventory.nodes", () -> nodes(standing))
                    .description(
                            "Nodes by what their inventory says: AppArmor on, off, no report, or one that is not believed: too old, of"
                                    + " an earlier boot, of an earlier node of that name")
                    .tag("state", standing.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("apparmor_admission.inventory.age.seconds", this::oldestAge)
                .description(
                        "Age of the oldest inventory that tells when it was observed, in seconds; 0 where none does")
                .register(registry);
        for (String outcome : List.of("accepted", "refused")) {
            reload("policy", outcome, 0);
            reload("inventory", outcome, 0);
        }
        for (NodeLoss.Change change : NodeLoss.Change.values()) {
            // From the start, for an alert on an increase never sees a counter that begins above 0.
            losses(change).increment(0);
        }
    }

    /** A policy set is in force. */
    void policies(PolicySet set) {
        policyInfo.register(List.of(MultiGauge.Row.of(Tags.of("hash", set.hash()), 1)), true);
        List<MultiGauge.Row<?>> rows = set.grants().values().stream()
                .flatMap(grant -> end(grant).map(end -> Map.entry(grant.name(), end)).stream())
                .sorted(Map.Entry.<String, Instant>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST_GRANTS)
                .<MultiGauge.Row<?>>map(grant -> MultiGauge.Row.of(
                        Tags.of("grant", grant.getKey()), grant.getValue().getEpochSecond()))
                .toList();
        grantExpiry.register(rows, true);
    }

    private static Optional<Instant> end(AppArmorException grant) {
        return grant.documentation().end().map(Expiry::end);
    }

    private double grants(boolean over) {
        Instant now = clock.instant();
        return snapshots.current().stream()
                .flatMap(snapshot -> snapshot.policies().grants().values().stream())
                .filter(grant -> end(grant).filter(end -> !now.isBefore(end)).isPresent() == over)
                .count();
    }

    private void whether(String name, String description, BooleanSupplier holds) {
        Gauge.builder("apparmor_admission." + name, () -> holds.getAsBoolean() ? 1 : 0)
                .description(description)
                .register(registry);
    }

    /** Policy files were read anew. */
    void policyReload(boolean accepted) {
        reload("policy", accepted ? "accepted" : "refused", 1);
    }

    /** The files of a standalone cluster were read anew, or a watch failed. */
    void inventoryReload(boolean accepted) {
        reload("inventory", accepted ? "accepted" : "refused", 1);
    }

    /** Profiles vanished from nodes, or restrain less than before. */
    void profilesLost(List<NodeLoss> losses) {
        for (NodeLoss.Change change : NodeLoss.Change.values()) {
            losses(change)
                    .increment(losses.stream()
                            .mapToDouble(loss -> loss.count(change))
                            .sum());
        }
    }

    private Counter losses(NodeLoss.Change change) {
        return Counter.builder("apparmor_admission.profile.losses")
                .description(
                        "Profiles that vanished from a node, or whose mode there weakened, from one list to the next")
                .tag("change", change.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    private void reload(String what, String outcome, int times) {
        registry.counter("apparmor_admission." + what + ".reload", "outcome", outcome)
                .increment(times);
    }

    private double nodes(State wanted) {
        Optional<Snapshot> snapshot = snapshots.current();
        if (snapshot.isEmpty()) {
            return 0;
        }
        Optional<Duration> maxAge = snapshot.get().policies().policies().stream()
                .map(AppArmorPolicy::localhost)
                .flatMap(terms -> terms.maxAge().stream())
                .min(Comparator.naturalOrder());
        Instant now = clock.instant();
        // A Windows node never reports and needs not: counted, it would raise the alert for missing nodes for ever.
        return snapshot.get().nodes().members().stream()
                .filter(member -> !member.node().isWindows())
                .filter(member -> member.appArmor(maxAge, now).state() == wanted)
                .count();
    }

    private double oldestAge() {
        Instant now = clock.instant();
        return snapshots.current().stream()
                .flatMap(snapshot -> snapshot.nodes().members().stream())
                .flatMap(member -> member.inventory().stream())
                .flatMap(inventory -> inventory.observedAt().stream())
                .min(Comparator.naturalOrder())
                .map(oldest -> Math.max(0, Duration.between(oldest, now).toSeconds()))
                .orElse(0L);
    }
}
