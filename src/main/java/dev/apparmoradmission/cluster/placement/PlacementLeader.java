package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.cluster.leader.Leadership;
import dev.apparmoradmission.cluster.leader.Rounds;
import dev.apparmoradmission.decision.Snapshot;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The part of the webhook that writes: labels on nodes for {@code placement: Steer} and {@code onUnsupportedNode: Pin}, the end
 * of the wait for {@code placement: Hold}. Of all replicas one does it at a time, and none while no policy asks for it; when the
 * last such policy goes, the leader takes its labels away, lets the pods go, and after a while ceases to be one.
 *
 * <p>Nothing here touches the answers of the webhook: whatever fails, pods stay pending, and none runs that should not.
 */
public final class PlacementLeader implements AutoCloseable {

    private static final String LEASE = "apparmor-admission-leader";
    /** How often to look though nothing happened. */
    private static final Duration IDLE = Duration.ofSeconds(30);
    /** How often to look while we do not lead, or something is missing. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final KubernetesClient client;
    private final SnapshotStore snapshots;
    private final PlacementReports reports;
    private final Clock clock;
    private final Troubles troubles;
    private final Leadership leadership;
    private final NodeLabeller labeller;
    private final HeldPods heldPods;
    private final Tenure tenure = new Tenure();
    private final Rounds rounds;
    private Optional<PendingPods> pods = Optional.empty();
    private boolean lookedForLease;
    private boolean leading;

    private PlacementLeader(
            KubernetesClient client,
            String namespace,
            Duration holdDeadline,
            SnapshotStore snapshots,
            PlacementReports reports,
            Clock clock) {
        this.client = client;
        this.snapshots = snapshots;
        this.reports = reports;
        this.clock = clock;
        this.troubles = new Troubles(reports);
        String identity = Leadership.identity();
        ClusterWrites writes = new ClusterWrites(client, identity, clock);
        this.rounds = new Rounds("placement-leader", this::round);
        this.leadership = new Leadership(client, namespace, LEASE, identity, troubles, rounds::signal);
        this.labeller = new NodeLabeller(writes, reports, troubles, clock);
        this.heldPods = new HeldPods(writes, reports, troubles, holdDeadline, clock);
    }

    /**
     * Begins, without waiting for anything.
     *
     * @param namespace where the Lease is
     * @param holdDeadline how long a pod should wait behind our gate at most
     */
    public static PlacementLeader start(
            ClusterConnection connection,
            String namespace,
            Duration holdDeadline,
            SnapshotStore snapshots,
            PlacementReports reports,
            Clock clock) {
        KubernetesClient client = Leadership.impatient(connection.client());
        PlacementLeader leader = new PlacementLeader(client, namespace, holdDeadline, snapshots, reports, clock);
        snapshots.onChange(leader.rounds::signal);
        leader.rounds.start();
        return leader;
    }

    private Duration round() {
        try {
            return attempt();
        } catch (RuntimeException e) {
            reports.defect("The placement leader failed, by a defect of ours: " + e);
            return SOON;
        }
    }

    private Duration attempt() {
        Optional<Snapshot> current = snapshots.current();
        if (current.isEmpty()) {
            return SOON;
        }
        Snapshot snapshot = current.get();
        PlacementNeeds needs = PlacementNeeds.of(snapshot.policies());
        if (!needs.isIdle() || isLeftFromBefore()) {
            leadership.seek();
        }
        if (!lead(leadership.isLeading())) {
            return SOON;
        }
        NodeLabeller.Outcome labels = labeller.round(snapshot.nodes(), needs, leadership::isLeading);
        boolean synced = pods.filter(PendingPods::isSynced).isPresent();
        Optional<Instant> again = labels.again();
        boolean nobodyWaits = false;
        if (synced) {
            var held = pods.map(PendingPods::held).orElseThrow();
            nobodyWaits = held.isEmpty();
            Optional<Instant> next = heldPods.round(held, snapshot, leadership::isLeading);
            again = again.isEmpty() || next.isPresent() && next.get().isBefore(again.get()) ? next : again;
        }
        if (tenure.mayEnd(!needs.isIdle(), labels.settled() && nobodyWaits, clock.instant())) {
            leadership.close();
            lead(false);
            return IDLE;
        }
        return patience(again, synced ? IDLE : SOON);
    }

    /** Begins or ceases to do what only a leader does; tells whether it does. */
    private boolean lead(boolean now) {
        if (now != leading) {
            leading = now;
            reports.leading(now);
            pods.ifPresent(PendingPods::close);
            pods = now ? Optional.of(new PendingPods(client, rounds::signal, troubles)) : Optional.empty();
            if (!now) {
                reports.held(0);
            }
        }
        return now;
    }

    /** Asked once: labels and gates may be left of policies that went while no replica ran. */
    private boolean isLeftFromBefore() {
        if (lookedForLease) {
            return false;
        }
        lookedForLease = true;
        return leadership.wasHeldBefore();
    }

    private Duration patience(Optional<Instant> again, Duration atMost) {
        Duration wait =
                again.map(instant -> Duration.between(clock.instant(), instant)).orElse(atMost);
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(atMost) < 0 ? wait : atMost;
    }

    @Override
    public void close() {
        rounds.close();
        pods.ifPresent(PendingPods::close);
        leadership.close();
    }
}
