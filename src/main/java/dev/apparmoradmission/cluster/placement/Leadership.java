package dev.apparmoradmission.cluster.placement;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Whether this replica is the one that writes. Takes part in the election only while it is asked to. */
final class Leadership implements AutoCloseable {

    /** The Lease. */
    static final String LEASE = "apparmor-admission-leader";

    /** How long the others wait for a leader that says nothing, as with Kubernetes' own controllers. */
    private static final Duration LEASE_DURATION = Duration.ofSeconds(15);

    private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
    private static final Duration RETRY_PERIOD = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Troubles troubles;
    private final Runnable changed;
    private final AtomicReference<Optional<Candidacy>> candidacy = new AtomicReference<>(Optional.empty());
    private final AtomicLong terms = new AtomicLong();
    private volatile boolean wanted;

    private record Candidacy(LeaderLease lease, CompletableFuture<?> election) {}

    /**
     * Takes no part yet.
     *
     * @param namespace where the Lease is
     * @param identity this replica
     * @param changed is told when we begin or cease to lead
     */
    Leadership(KubernetesClient client, String namespace, String identity, Troubles troubles, Runnable changed) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.troubles = troubles;
        this.changed = changed;
    }

    /** Whether we lead, beyond doubt: asked before every write. */
    boolean isLeading() {
        return candidacy.get().filter(current -> current.lease().isHeld()).isPresent();
    }

    /** Whether there is a Lease from before, ours or another's: then there may be something to clear away. False if unknown. */
    boolean wasHeldBefore() {
        try {
            return client.leases().inNamespace(namespace).withName(LEASE).get() != null;
        } catch (KubernetesClientException e) {
            // Without the right there was none; without an answer, whoever needs a leader will elect one.
            return false;
        }
    }

    /** Takes part from now on. */
    void seek() {
        if (!wanted) {
            wanted = true;
            begin();
        }
    }

    /** Takes no part any more; if we led, another replica may at once. */
    @Override
    public void close() {
        wanted = false;
        candidacy.getAndSet(Optional.empty()).ifPresent(current -> {
            // Cancelling gives the Lease back.
            current.election().cancel(true);
            current.lease().drop();
        });
        changed.run();
    }

    private void begin() {
        long term = terms.incrementAndGet();
        LeaderLease lease = new LeaderLease(namespace, LEASE, identity, LEASE_DURATION, troubles);
        LeaderElector elector = client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(LEASE)
                        .withLock(lease)
                        .withLeaseDuration(LEASE_DURATION)
                        .withRenewDeadline(RENEW_DEADLINE)
                        .withRetryPeriod(RETRY_PERIOD)
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(new LeaderCallbacks(
                                changed,
                                () -> {
                                    lease.drop();
                                    changed.run();
                                },
                                leader -> {}))
                        .build())
                .build();
        CompletableFuture<?> election = elector.start();
        candidacy.set(Optional.of(new Candidacy(lease, election)));
        // An elector is good for one term. Lost, to an outage or to another, it is sought again.
        var unused = election.whenComplete((done, failed) -> {
            if (wanted) {
                CompletableFuture.delayedExecutor(RETRY_PERIOD.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> again(term));
            }
        });
        changed.run();
    }

    private void again(long lost) {
        if (wanted && terms.get() == lost) {
            begin();
        }
    }
}
