package dev.apparmoradmission.cluster.tls;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.leader.Leadership;
import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.cluster.leader.Rounds;
import dev.apparmoradmission.cluster.tls.TlsObjects.Stored;
import dev.apparmoradmission.cluster.tls.TlsTroubles.Work;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Keeps the certificates that replicas share: every replica serves what the Secret holds, and goes on with what it has where the
 * Secret holds nothing good; one of them, the leader, does what {@link TlsPlan} says and keeps the webhook configurations in step.
 *
 * <p>Nothing here waits for a review, and no review for anything here.
 */
public final class TlsKeeper implements AutoCloseable {

    /** Not the Lease of placement: that one is in the namespace of the inventory, and given up where no policy needs it. */
    private static final String LEASE = "apparmor-admission-tls";

    /** How often to look though nothing happened: a watch may have missed it. */
    private static final Duration IDLE = Duration.ofMinutes(1);
    /** How often to look while something is missing. */
    private static final Duration SOON = Duration.ofSeconds(2);

    /**
     * How many steps may follow each other in a round. Between rounds there is a rest, in which somebody who breaks the Secret
     * again and again could keep a renewal from its turn.
     */
    private static final int MOST_STEPS = 4;

    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private final TlsObjects objects;
    private final String secret;
    private final TlsTerms terms;
    private final TlsReports reports;
    private final InstantSource clock;
    private final TlsTroubles troubles;
    private final TlsMint mint;
    private final Leadership leadership;
    private final Rounds rounds;
    private final List<SharedIndexInformer<?>> watches = new ArrayList<>();
    private Optional<TlsMaterial> remembered = Optional.empty();
    private Optional<ServingPair> served = Optional.empty();
    private Optional<Trusted> trusted = Optional.empty();
    private boolean leading;

    /**
     * What both configurations hold.
     *
     * @param since by {@link System#nanoTime}
     */
    private record Trusted(String bundle, long since) {}

    private TlsKeeper(
            KubernetesClient client,
            String namespace,
            String secret,
            TlsTerms terms,
            TlsReports reports,
            InstantSource clock) {
        this.objects = new TlsObjects(client, namespace, secret);
        this.secret = namespace + "/" + secret;
        this.terms = terms;
        this.reports = reports;
        this.clock = clock;
        this.troubles = new TlsTroubles(reports);
        this.mint = new TlsMint(terms, new SecureRandom());
        this.rounds = new Rounds("tls-keeper", this::round);
        this.leadership = new Leadership(client, namespace, LEASE, Leadership.identity(), troubles, rounds::signal);
    }

    /**
     * Begins, without waiting for anything.
     *
     * @param namespace where the Secret is; empty for the namespace that we run in
     * @param secret its name
     * @param terms what is wanted, given the namespace
     * @param clock goes where the API server does not tell the time
     */
    public static TlsKeeper start(
            ClusterConnection connection,
            Optional<String> namespace,
            String secret,
            Function<String, TlsTerms> terms,
            TlsReports reports,
            InstantSource clock) {
        KubernetesClient client = Leadership.impatient(connection.client());
        String place = namespace.orElseGet(
                () -> Optional.ofNullable(client.getNamespace()).orElse("default"));
        TlsKeeper keeper = new TlsKeeper(client, place, secret, terms.apply(place), reports, clock);
        keeper.watches.addAll(
                keeper.objects.watch(keeper.rounds::signal, refusal -> keeper.troubles.cannot(Work.READ, refusal)));
        keeper.rounds.start();
        return keeper;
    }

    private Duration round() {
        try {
            Duration wait = attempt();
            troubles.can(Work.ROUND);
            return wait;
        } catch (RuntimeException e) {
            troubles.cannot(Work.ROUND, "a defect of ours: " + e);
            return SOON;
        }
    }

    private Duration attempt() {
        leadership.seek();
        Instant now = now();
        Optional<Stored> found;
        try {
            found = objects.read();
            troubles.can(Work.READ);
        } catch (Refusal refusal) {
            troubles.cannot(Work.READ, refusal);
            return SOON;
        }
        look(found.map(Stored::material), now);
        if (!lead(leadership.isLeading())) {
            return served.isPresent() ? IDLE : SOON;
        }
        return keep(found, now);
    }

    /** Does what the plan says, until there is nothing left to do at once. */
    private Duration keep(Optional<Stored> found, Instant now) {
        Optional<Stored> present = found;
        for (int step = 0; step < MOST_STEPS; step++) {
            // First the configurations: by how long they have been right the plan goes. What is not in order is for
            // nobody
            // to trust.
            boolean held = present.filter(stored -> stored.material().isServable(now))
                    .filter(this::trust)
                    .isPresent();
            Optional<Duration> trustedFor = held ? present.flatMap(this::trustedFor) : Optional.empty();
            TlsStep next = TlsPlan.next(present.map(Stored::material), remembered, trustedFor, now, terms);
            if (!(next instanceof TlsStep.Write write)) {
                return held && next instanceof TlsStep.Rest rest
                        ? atMost(Duration.between(now, rest.until()), IDLE)
                        : SOON;
            }
            try {
                present = Optional.of(write(write, present, now));
            } catch (Refusal refusal) {
                if (refusal.kind() == Refusal.Kind.GONE) {
                    // Somebody was faster: that is planned anew.
                    return Duration.ZERO;
                }
                troubles.cannot(Work.WRITE, refusal);
                return SOON;
            }
        }
        return Duration.ZERO;
    }

    private Stored write(TlsStep.Write write, Optional<Stored> found, Instant now) throws Refusal {
        TlsMaterial material =
                mint.make(write.kind(), found.map(Stored::material).orElse(TlsMaterial.NONE), remembered, now);
        if (!leadership.isLeading()) {
            throw new Refusal(Refusal.Kind.GONE, "another replica leads");
        }
        Stored written = objects.write(found, material);
        troubles.can(Work.WRITE);
        reports.done("Certificates in Secret " + secret + ": " + write.kind().did() + ", because " + write.reason());
        look(Optional.of(material), now);
        return written;
    }

    /** What counts is the clock of whoever verifies the certificates; ours may be wrong. */
    private Instant now() {
        Instant ours = clock.instant();
        Optional<Instant> servers;
        try {
            servers = objects.time();
        } catch (Refusal refusal) {
            return ours;
        }
        if (servers.isEmpty()) {
            return ours;
        }
        Duration ahead = Duration.between(servers.get(), ours);
        if (ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
            troubles.can(Work.CLOCK);
            return ours;
        }
        troubles.cannot(
                Work.CLOCK,
                "it is more than " + CLOCK_TOLERANCE.toMinutes() + " minutes "
                        + (ahead.isNegative() ? "behind" : "ahead of")
                        + " that of the API server, by which certificates are kept instead. Set it right");
        return servers.get();
    }

    /** Serves what is there, if it is good, and tells what is not. */
    private void look(Optional<TlsMaterial> found, Instant now) {
        List<String> faults = new ArrayList<>();
        found.ifPresent(material -> {
            faults.addAll(material.faults());
            material.fault(now).ifPresent(faults::add);
        });
        if (found.isEmpty() && remembered.isPresent()) {
            faults.add("it was deleted");
        }
        if (faults.isEmpty()) {
            troubles.can(Work.CONTENT);
        } else {
            troubles.cannot(
                    Work.CONTENT,
                    "Secret " + secret + ": " + String.join("; ", faults)
                            + ". What was in order last is served on, and the leader puts the Secret right");
        }
        if (found.filter(material -> material.isServable(now)).isEmpty()) {
            return;
        }
        remembered = found;
        found.flatMap(TlsMaterial::serving)
                .filter(pair -> served.filter(pair::isSame).isEmpty())
                .ifPresent(pair -> {
                    served = Optional.of(pair);
                    reports.serve(pair);
                });
    }

    /** Sees to it that the configurations trust what they should; tells whether they do. */
    private boolean trust(Stored stored) {
        String bundle = stored.material().bundle();
        if (!leadership.isLeading()) {
            return false;
        }
        List<String> changed;
        try {
            changed = objects.trust(bundle);
            troubles.can(Work.TRUST);
        } catch (Refusal refusal) {
            // For how long they have been right is not forgotten: an API server that is away for a moment must not put
            // a
            // rotation off by a whole overlap.
            if (refusal.kind() == Refusal.Kind.GONE || refusal.line().contains("test")) {
                // It changed under our hands.
                rounds.signal();
            } else {
                troubles.cannot(Work.TRUST, refusal);
            }
            return false;
        }
        boolean before = trusted.filter(held -> held.bundle().equals(bundle)).isPresent();
        if (!changed.isEmpty()) {
            String hooks = String.join(", ", changed);
            if (before) {
                troubles.cannot(Work.BUNDLE, "somebody else changed caBundle of " + hooks);
                troubles.can(Work.BUNDLE);
            } else {
                reports.done("Put the CA into caBundle of " + hooks);
            }
        }
        if (!before || !changed.isEmpty()) {
            trusted = Optional.of(new Trusted(bundle, System.nanoTime()));
        }
        return true;
    }

    private Optional<Duration> trustedFor(Stored stored) {
        return trusted.filter(held -> held.bundle().equals(stored.material().bundle()))
                .map(held -> Duration.ofNanos(System.nanoTime() - held.since()));
    }

    /** Begins or ceases to do what only a leader does; tells whether it does. */
    private boolean lead(boolean now) {
        if (now != leading) {
            leading = now;
            // Whoever led meanwhile may have changed it.
            trusted = Optional.empty();
            reports.leading(now);
        }
        return now;
    }

    private static Duration atMost(Duration wait, Duration most) {
        if (wait.isNegative()) {
            return Duration.ZERO;
        }
        return wait.compareTo(most) < 0 ? wait : most;
    }

    @Override
    public void close() {
        rounds.close();
        watches.forEach(SharedIndexInformer::close);
        leadership.close();
    }
}
