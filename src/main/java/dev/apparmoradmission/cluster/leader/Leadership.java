package dev.apparmoradmission.cluster.leader;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Whether this replica is the one that writes. Takes part in the election only while it is asked to. */
public final class Leadership implements AutoCloseable {

    /** How long the others wait for a leader that says nothing, as with Kubernetes' own controllers. */
    private static final Duration LEASE_DURATION = Duration.ofSeconds(15);

    private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
    private static final Duration RETRY_PERIOD = Duration.ofSeconds(2);
    /** How long a request may take, in milliseconds. */
    private static final int REQUEST_TIMEOUT = 5_000;

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String identity;
    private final ElectionReports reports;
    private final Runnable changed;
    private final AtomicReference<Optional<Candidacy>> candidacy = new AtomicReference<>(Optional.empty());
    private final AtomicLong terms = new AtomicLong();
    private volatile boolean wanted;

    private record Candidacy(LeaderLease lease, CompletableFuture<?> election) {}

    /**
     * Takes no part yet.
     *
     * @param namespace where the Lease is
     * @param name of the Lease
     * @param identity this replica
     * @param changed is told when we begin or cease to lead
     */
    public Leadership(
            KubernetesClient client,
            String namespace,
            String name,
            String identity,
            ElectionReports reports,
            Runnable changed) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.identity = identity;
        this.reports = reports;
        this.changed = changed;
    }

    /** Whether we lead, beyond doubt: asked before every write. */
    public boolean isLeading() {
        return candidacy.get().filter(current -> current.lease().isHeld()).isPresent();
    }

    /** Whether there is a Lease from before, ours or another's: then there may be something to clear away. False if unknown. */
    public boolean wasHeldBefore() {
        try {
            return client.leases().inNamespace(namespace).withName(name).get() != null;
        } catch (KubernetesClientException e) {
            // Without the right there was none; without an answer, whoever needs a leader will elect one.
            return false;
        }
    }

    /** Takes part from now on. */
    public void seek() {
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
        LeaderLease lease = new LeaderLease(namespace, name, identity, LEASE_DURATION, reports);
        LeaderElector elector = client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(name)
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

    /** A name for this replica that no other one has. */
    public static String identity() {
        return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("webhook") + "_"
                + Integer.toHexString(ThreadLocalRandom.current().nextInt());
    }

    /**
     * A client that fails at once where the shared one would try again for minutes: by then what a leader planned is old, and the
     * next round makes a new plan. A leader that hangs must not outlive its Lease.
     */
    public static KubernetesClient impatient(KubernetesClient shared) {
        return shared.newClient(
                        new RequestConfigBuilder(shared.getConfiguration().getRequestConfig())
                                .withRequestRetryBackoffLimit(0)
                                .withRequestTimeout(REQUEST_TIMEOUT)
                                .build())
                .adapt(KubernetesClient.class);
    }
}
