package dev.apparmoradmission.cluster;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * The snapshot in force. Policies and cluster are renewed independently of each other; a decision takes the whole of it once.
 * There is none before both have come for the first time. Safe for use by several threads.
 */
public final class SnapshotStore {

    private record Parts(
            Optional<PolicySet> policies,
            Optional<ClusterNodes> nodes,
            Optional<Namespaces> namespaces,
            Optional<Snapshot> snapshot) {}

    private final AtomicReference<Parts> parts =
            new AtomicReference<>(new Parts(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final boolean dryRun;

    /**
     * Makes an empty store.
     *
     * @param dryRun whether all snapshots are for dry-run audit mode
     */
    public SnapshotStore(boolean dryRun) {
        this.dryRun = dryRun;
    }

    /** Puts other policies in force. */
    public void policies(PolicySet policies) {
        update(old -> new Parts(Optional.of(policies), old.nodes(), old.namespaces(), Optional.empty()));
    }

    /** Puts another picture of the cluster in force. */
    public void cluster(ClusterNodes nodes, Namespaces namespaces) {
        update(old -> new Parts(old.policies(), Optional.of(nodes), Optional.of(namespaces), Optional.empty()));
    }

    /** The snapshot in force; empty until policies and cluster are known. */
    public Optional<Snapshot> current() {
        return parts.get().snapshot();
    }

    /** Has this run after every change, on the thread that made it: it must return at once. */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    private void update(UnaryOperator<Parts> change) {
        parts.updateAndGet(old -> complete(change.apply(old)));
        listeners.forEach(Runnable::run);
    }

    private Parts complete(Parts now) {
        if (now.policies().isEmpty()
                || now.nodes().isEmpty()
                || now.namespaces().isEmpty()) {
            return now;
        }
        Snapshot snapshot = new Snapshot(
                now.policies().get(), now.nodes().get(), now.namespaces().get(), dryRun);
        return new Parts(now.policies(), now.nodes(), now.namespaces(), Optional.of(snapshot));
    }
}
