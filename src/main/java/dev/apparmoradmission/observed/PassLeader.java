package dev.apparmoradmission.observed;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.ListedWorkloads;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.cluster.leader.Leadership;
import dev.apparmoradmission.cluster.leader.Rounds;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.observed.PassListener.Occasion;
import dev.apparmoradmission.observed.PassListener.Pass;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.workload.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Judges all workloads of the cluster again and again, by what the webhook decides by, in one replica of all; what is found its
 * listeners take. Workloads are listed page by page each time and not watched: a copy of every pod would be more than the memory that the
 * webhook is meant to have.
 *
 * <p>Nothing here touches the answers of the webhook: whatever fails, it decides on.
 */
public final class PassLeader implements AutoCloseable {

    /** A Lease of its own: whoever needs no placement has no right to that one. */
    private static final String LEASE = "apparmor-admission-reports";
    /** How often to look while we do not lead, or nothing is known yet. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final String JUDGE = "judge what is in the cluster";

    private final Observation.Source workloads;
    private final Duration interval;
    private final SnapshotStore snapshots;
    private final List<PassListener> listeners;
    private final PassReports reports;
    private final PassTroubles troubles;
    private final Clock clock;
    private final Rounds rounds;
    private final Leadership leadership;
    private Optional<Instant> last = Optional.empty();
    private boolean leading;

    private PassLeader(
            KubernetesClient client,
            String namespace,
            Duration interval,
            SnapshotStore snapshots,
            List<PassListener> listeners,
            PassReports reports,
            PassTroubles troubles,
            Clock clock) {
        this.workloads = new ListedWorkloads(client)::read;
        this.interval = interval;
        this.snapshots = snapshots;
        this.listeners = List.copyOf(listeners);
        this.reports = reports;
        this.troubles = troubles;
        this.clock = clock;
        this.rounds = new Rounds("pass-leader", this::round);
        this.leadership = new Leadership(client, namespace, LEASE, Leadership.identity(), troubles, rounds::signal);
    }

    /**
     * Begins, without waiting for anything.
     *
     * @param namespace where the Lease is
     * @param interval from the beginning of a pass to that of the next
     * @param listeners who takes what is found
     */
    public static PassLeader start(
            ClusterConnection connection,
            String namespace,
            Duration interval,
            SnapshotStore snapshots,
            List<PassListener> listeners,
            PassReports reports,
            PassTroubles troubles,
            Clock clock) {
        return start(
                Leadership.impatient(connection.client()),
                namespace,
                interval,
                snapshots,
                listeners,
                reports,
                troubles,
                clock);
    }

    /** The same, by a client that gives up soon. */
    public static PassLeader start(
            KubernetesClient client,
            String namespace,
            Duration interval,
            SnapshotStore snapshots,
            List<PassListener> listeners,
            PassReports reports,
            PassTroubles troubles,
            Clock clock) {
        PassLeader leader = new PassLeader(client, namespace, interval, snapshots, listeners, reports, troubles, clock);
        leader.rounds.start();
        return leader;
    }

    private Duration round() {
        try {
            return attempt();
        } catch (IOException | RuntimeException e) {
            troubles.cannot(JUDGE, "a defect of ours: " + e);
            return SOON;
        }
    }

    private Duration attempt() throws IOException {
        Optional<Snapshot> snapshot = snapshots.current();
        if (snapshot.isEmpty()) {
            return SOON;
        }
        leadership.seek();
        if (!lead(leadership.isLeading())) {
            return SOON;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Duration wait =
                last.map(begun -> Duration.between(now, begun.plus(interval))).orElse(Duration.ZERO);
        // A clock that was set back must not put the next pass off for good.
        if (wait.compareTo(Duration.ZERO) > 0 && wait.compareTo(interval) <= 0) {
            return wait.compareTo(SOON) < 0 ? wait : SOON;
        }
        last = Optional.of(now);
        pass(snapshot.get(), now);
        return SOON;
    }

    private void pass(Snapshot snapshot, Instant now) throws IOException {
        // A replica that is being ended must not take what it could not read for gone.
        BooleanSupplier permitted =
                () -> leadership.isLeading() && !Thread.currentThread().isInterrupted();
        Occasion occasion = new Occasion(snapshot, now, permitted);
        List<Pass> passes = new ArrayList<>();
        listeners.forEach(listener -> passes.add(listener.begin(occasion)));
        long begin = System.nanoTime();
        All all = new All(passes);
        Observation.judge(workloads, snapshot, now, List.of(), Observation.EVERY_KIND, all);
        if (all.unread.isEmpty()) {
            troubles.can(JUDGE);
        } else {
            troubles.cannot(
                    JUDGE,
                    all.unread.get(0) + (all.unread.size() > 1 ? " (and " + (all.unread.size() - 1) + " more)" : "")
                            + ". What could not be read keeps its results");
        }
        for (Pass pass : passes) {
            pass.end();
        }
        reports.passed(Duration.ofNanos(System.nanoTime() - begin), all.unread.isEmpty());
    }

    /** Begins or ceases to do what only a leader does; tells whether it does. */
    private boolean lead(boolean now) {
        if (now != leading) {
            leading = now;
            // Whoever led before may have written long ago.
            last = Optional.empty();
            reports.leading(now);
            if (!now) {
                troubles.over();
            }
        }
        return now;
    }

    @Override
    public void close() {
        rounds.close();
        leadership.close();
    }

    /** Tells all who listen. */
    private static final class All implements Observation.Reader {

        private final List<Pass> passes;
        private final List<String> unread = new ArrayList<>();

        All(List<Pass> passes) {
            this.passes = passes;
        }

        @Override
        public void judged(StoredWorkload workload, Judgement judgement) throws IOException {
            for (Pass pass : passes) {
                pass.judged(workload, judgement);
            }
        }

        @Override
        public void unread(String line) throws IOException {
            unread.add(line);
            for (Pass pass : passes) {
                pass.unread(line);
            }
        }

        @Override
        public void unread(WorkloadKind kind, String namespace, String line) throws IOException {
            unread.add(line);
            for (Pass pass : passes) {
                pass.unread(kind, namespace, line);
            }
        }
    }
}
