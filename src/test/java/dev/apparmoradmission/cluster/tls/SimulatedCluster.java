package dev.apparmoradmission.cluster.tls;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A Secret, two webhook configurations and some replicas, in a time of their own. Requests of a round are carried out one by one,
 * so that a replica can die between any two of them; certificates are real ones.
 */
final class SimulatedCluster {

    static final Instant BEGIN = Instant.parse("2026-11-22T19:00:00Z");
    static final List<String> HOSTS = List.of("apparmor-admission.apparmor-admission.svc");

    final TlsTerms terms;
    final List<Replica> replicas = new ArrayList<>();
    final Map<TlsStep.Kind, Integer> written = new TreeMap<>();
    Optional<Map<String, String>> secret = Optional.empty();
    /** What the API server trusts, as each of the two configurations has it. */
    final List<String> bundles = new ArrayList<>(List.of("", ""));

    Instant now = BEGIN;
    /** Unlike the time of day it is never set. */
    Duration elapsed = Duration.ZERO;

    private final TlsMint mint;

    SimulatedCluster(TlsTerms terms, int replicas) {
        this.terms = terms;
        this.mint = new TlsMint(terms, new SecureRandom());
        for (int i = 0; i < replicas; i++) {
            this.replicas.add(new Replica());
        }
    }

    /** One webhook process. */
    final class Replica {
        Optional<TlsMaterial> remembered = Optional.empty();
        Optional<ServingPair> served = Optional.empty();
        /** A watch that is cut: it knows nothing new. */
        boolean cutOff;

        private Optional<String> trusted = Optional.empty();
        private Duration since = Duration.ZERO;

        /** Starts anew, with nothing. */
        void restart() {
            remembered = Optional.empty();
            served = Optional.empty();
            trusted = Optional.empty();
        }

        private Optional<TlsMaterial> look() {
            Optional<TlsMaterial> found = secret.map(TlsSecret::read);
            found.filter(material -> material.isServable(now)).ifPresent(material -> {
                remembered = found;
                served = material.serving();
            });
            return found;
        }

        private Optional<Duration> trustedFor(Optional<TlsMaterial> found) {
            return found.filter(material -> trusted.equals(Optional.of(material.bundle())))
                    .map(material -> elapsed.minus(since));
        }
    }

    /** All that are not cut off see what there is. */
    void look() {
        replicas.stream().filter(replica -> !replica.cutOff).forEach(Replica::look);
    }

    /**
     * One round of the leader.
     *
     * @param requests how many requests that change something it makes before it dies
     * @return how many it made
     */
    int round(Replica leader, int requests) {
        int made = 0;
        Optional<TlsMaterial> found = leader.look();
        if (found.filter(material -> material.isServable(now)).isPresent()) {
            String bundle = found.orElseThrow().bundle();
            boolean changed = false;
            for (int i = 0; i < bundles.size(); i++) {
                if (!bundles.get(i).equals(bundle)) {
                    if (made == requests) {
                        return made;
                    }
                    made++;
                    bundles.set(i, bundle);
                    changed = true;
                }
            }
            if (changed || !leader.trusted.equals(Optional.of(bundle))) {
                leader.trusted = Optional.of(bundle);
                leader.since = elapsed;
            }
        }
        TlsStep step = TlsPlan.next(found, leader.remembered, leader.trustedFor(found), now, terms);
        if (step instanceof TlsStep.Write write && made < requests) {
            made++;
            written.merge(write.kind(), 1, Integer::sum);
            secret = Optional.of(
                    TlsSecret.write(mint.make(write.kind(), found.orElse(TlsMaterial.NONE), leader.remembered, now)));
            leader.look();
        }
        return made;
    }

    /** Rounds until there is nothing left to do now. */
    void settle(Replica leader) {
        for (int rounds = 0; round(leader, Integer.MAX_VALUE) > 0; rounds++) {
            if (rounds > 20) {
                throw new AssertionError("never settles: " + written);
            }
        }
        look();
    }

    void pass(Duration time) {
        now = now.plus(time);
        elapsed = elapsed.plus(time);
    }

    /** Whether an API server that asks this replica by this configuration gets an answer. */
    boolean isAnswered(Replica replica, int configuration) {
        if (replica.served.isEmpty()) {
            return false;
        }
        X509Certificate leaf = replica.served.get().leaf();
        return replica.served.get().fault(now).isEmpty()
                && Pem.certificates(bundles.get(configuration)).certificates().stream()
                        .anyMatch(authority -> Life.isWithin(authority, now) && Authority.hasSigned(authority, leaf))
                && HostName.missing(terms.hosts(), leaf).isEmpty();
    }

    boolean isAnsweredEverywhere() {
        return replicas.stream().allMatch(replica -> isAnswered(replica, 0) && isAnswered(replica, 1));
    }
}
