package dev.apparmoradmission.cluster.leader;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The Lease that replicas elect a leader by. Beside what the client's own lock does it
 *
 * <ul>
 *   <li>takes a lease for run out only if it was not renewed for so long by our own clock, as client-go does
 *       ({@code tools/leaderelection}, {@code observedTime}): clocks that differ make no second leader;
 *   <li>knows until when we may act as its holder, even if nothing comes back from the server.
 * </ul>
 */
final class LeaderLease implements Lock {

    private final LeaseLock lease;
    private final Duration duration;
    private final ElectionReports reports;
    private @Nullable LeaderElectionRecord seen;
    private long seenAt;
    private volatile long heldUntil = System.nanoTime();
    private volatile boolean unwritable;

    /**
     * Names the Lease.
     *
     * @param duration how long others wait for a renewal
     */
    LeaderLease(String namespace, String name, String identity, Duration duration, ElectionReports reports) {
        this.lease = new LeaseLock(namespace, name, identity);
        this.duration = duration;
        this.reports = reports;
    }

    /** Whether nobody else can have taken it yet. */
    boolean isHeld() {
        return heldUntil - System.nanoTime() > 0;
    }

    /** We do not act as its holder from now on. */
    void drop() {
        heldUntil = System.nanoTime();
    }

    @Override
    public synchronized @Nullable LeaderElectionRecord get(KubernetesClient client) {
        LeaderElectionRecord found = attempt(() -> lease.get(client));
        if (!unwritable) {
            reports.canElect();
        }
        if (found == null) {
            return null;
        }
        if (seen == null || !isSame(seen, found)) {
            seen = found;
            seenAt = System.nanoTime();
        }
        ZonedDateTime renewed = ZonedDateTime.now(ZoneOffset.UTC).minusNanos(System.nanoTime() - seenAt);
        return new LeaderElectionRecord(
                found.getHolderIdentity(),
                found.getLeaseDuration(),
                found.getAcquireTime(),
                renewed,
                found.getLeaderTransitions());
    }

    private static boolean isSame(LeaderElectionRecord one, LeaderElectionRecord other) {
        return Objects.equals(one.getHolderIdentity(), other.getHolderIdentity())
                && Objects.equals(one.getRenewTime(), other.getRenewTime());
    }

    @Override
    public void create(KubernetesClient client, LeaderElectionRecord record) {
        long begin = System.nanoTime();
        write(() -> {
            lease.create(client, record);
            return record;
        });
        hold(begin, record);
    }

    @Override
    public void update(KubernetesClient client, LeaderElectionRecord record) {
        long begin = System.nanoTime();
        write(() -> {
            lease.update(client, record);
            return record;
        });
        hold(begin, record);
    }

    /** Counted from before the request: the others count from when they see it. */
    private void hold(long begin, LeaderElectionRecord record) {
        heldUntil =
                lease.identity().equals(record.getHolderIdentity()) ? begin + duration.toNanos() : System.nanoTime();
    }

    private interface Request {
        @Nullable
        LeaderElectionRecord run();
    }

    /** That it can be read again says nothing of whether it can be written. */
    private void write(Request request) {
        unwritable = true;
        try {
            attempt(request);
            unwritable = false;
            reports.canElect();
        } catch (KubernetesClientException e) {
            // Another replica was faster: that is what an election is for.
            unwritable = Refusal.of(e).kind() != Refusal.Kind.GONE;
            throw e;
        }
    }

    /** Tells what is wrong before the elector hears of it, which goes on trying whatever it is. */
    private @Nullable LeaderElectionRecord attempt(Request request) {
        try {
            return request.run();
        } catch (KubernetesClientException e) {
            Refusal refusal = Refusal.of(e);
            if (refusal.kind() == Refusal.Kind.FORBIDDEN || refusal.kind() == Refusal.Kind.UNREACHABLE) {
                reports.cannotElect(refusal);
            }
            throw e;
        }
    }

    @Override
    public String describe() {
        return lease.describe();
    }

    @Override
    public String identity() {
        return lease.identity();
    }
}
