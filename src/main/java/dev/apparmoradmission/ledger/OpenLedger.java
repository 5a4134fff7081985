package dev.apparmoradmission.ledger;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.decision.GrantStanding;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A ledger into which judged workloads are entered, pods and what they are made from in any order. It decides nothing: what is
 * accepted, refused and over, the decision has said. For one thread.
 */
public final class OpenLedger {

    /** A CronJob names its Jobs after itself and the minute for which they are due. */
    private static final Pattern DUE_MINUTE = Pattern.compile("\\d{8,}");

    private final PolicySet policies;
    private final Instant now;
    private final Duration soon;
    private final Map<Key, Line> lines = new TreeMap<>();
    /** What stands alone and makes pods: what a ReplicaSet or a Job of which only the name is known may belong to. */
    private final Set<Holder> standingAlone = new HashSet<>();

    /**
     * What one line is about. Pods of a workload whose exceptions are documented differently, as in the middle of a roll-out, have
     * a line each.
     */
    private record Key(Holder holder, Claim.Origin origin) implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparing(Key::holder)
                .thenComparing(key -> key.origin().grant().orElse(""))
                .thenComparing(key -> key.origin().documentation().toString());

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** What was seen of an exception so far. */
    private static final class Line {
        private final SortedSet<String> serviceAccounts = new TreeSet<>();
        private final SortedSet<Purpose> purposes = new TreeSet<>();
        private State state = State.VALID;
        private boolean needed;
        private boolean template;
        private int pods;
        private Optional<String> templateHash = Optional.empty();
        private Optional<Instant> since = Optional.empty();
        private Optional<String> place = Optional.empty();

        void add(Sighting seen, Claim claim, State how) {
            serviceAccounts.add(seen.serviceAccount());
            claim.standings().forEach(standing -> purposes.add(Purpose.of(standing)));
            state = state.compareTo(how) >= 0 ? state : how;
            needed |= claim.isNeeded();
            template |= !seen.pod();
            pods += seen.pod() ? 1 : 0;
            templateHash = seen.templateHash();
            place = place.or(seen::place);
            if (seen.pod()) {
                earliest(seen.created());
            }
        }

        void add(Line other) {
            serviceAccounts.addAll(other.serviceAccounts);
            purposes.addAll(other.purposes);
            state = state.compareTo(other.state) >= 0 ? state : other.state;
            needed |= other.needed;
            template |= other.template;
            pods += other.pods;
            place = place.or(() -> other.place);
            earliest(other.since);
        }

        private void earliest(Optional<Instant> created) {
            if (created.isPresent()
                    && since.filter(known -> known.isBefore(created.get())).isEmpty()) {
                since = created;
            }
        }

        ExceptionUse use(Key key) {
            // That a claim is not needed under one policy is of no interest where it is under another.
            List<Purpose> shown = purposes.stream()
                    .filter(purpose -> !needed || purpose.rule().isPresent())
                    .toList();
            return new ExceptionUse(
                    key.holder(),
                    key.origin().grant(),
                    key.origin().documentation(),
                    state,
                    needed,
                    pods,
                    template,
                    List.copyOf(serviceAccounts),
                    since,
                    place,
                    shown);
        }
    }

    /**
     * Opens a ledger.
     *
     * @param policies policies and grants
     * @param now the instant at which the workloads are judged
     * @param soon what counts as ending soon
     */
    public OpenLedger(PolicySet policies, Instant now, Duration soon) {
        this.policies = policies;
        this.now = now;
        this.soon = soon;
    }

    /** Enters a workload as a cluster holds it, and what was decided about it. */
    public void add(WorkloadKind kind, ManifestObject object, Decision decision) {
        if (kind.isTemplate() && object.controller().isEmpty()) {
            standingAlone.add(new Holder(object.namespace(), kind.kindName(), object.name()));
        }
        if (!decision.exceptions().isEmpty()) {
            Sighting.stored(kind, object).ifPresent(seen -> add(seen, decision));
        }
    }

    /** Enters a workload and what was decided about it. */
    public void add(Sighting seen, Decision decision) {
        for (Claim claim : Claim.of(decision)) {
            lines.computeIfAbsent(new Key(seen.keeper().orElse(seen.self()), claim.origin()), any -> new Line())
                    .add(seen, claim, claim.state(now, soon));
        }
    }

    /**
     * Closes it.
     *
     * @param complete whether everything was seen; else a ReplicaSet or a Job that was not seen may stand alone all the same, and
     *     is not taken for part of something
     */
    public Ledger close(boolean complete) {
        Map<Key, Line> folded = new TreeMap<>();
        lines.forEach((key, line) -> {
            Holder holder = complete ? outermost(key.holder(), line.templateHash) : key.holder();
            folded.computeIfAbsent(new Key(holder, key.origin()), any -> new Line())
                    .add(line);
        });
        List<ExceptionUse> uses = folded.entrySet().stream()
                .map(line -> line.getValue().use(line.getKey()))
                .toList();
        return new Ledger(now, soon, grants(uses), uses);
    }

    private List<GrantUse> grants(List<ExceptionUse> uses) {
        return GrantStanding.of(policies, now).stream()
                .map(standing -> new GrantUse(
                        standing.grant(),
                        State.of(
                                standing.faults(),
                                standing.grant().documentation().end(),
                                now,
                                soon),
                        standing.faults().stream().map(ExceptionFault::text).toList(),
                        uses.stream()
                                .filter(use -> use.grant()
                                                .filter(standing.grant().name()::equals)
                                                .isPresent()
                                        && !use.excused().isEmpty())
                                .toList()))
                .toList();
    }

    /**
     * The Deployment of a ReplicaSet, or the CronJob of a Job. What they keep was not entered, so it goes by name: a ReplicaSet that
     * does not stand alone, is called after a Deployment that is there, and after the hash that the Deployment gave its pods.
     */
    private Holder outermost(Holder holder, Optional<String> templateHash) {
        int dash = holder.name().lastIndexOf('-');
        if (dash <= 0 || standingAlone.contains(holder)) {
            return holder;
        }
        String suffix = holder.name().substring(dash + 1);
        boolean rolled = holder.kind().equals(WorkloadKind.REPLICA_SET.kindName())
                && templateHash.filter(suffix::equals).isPresent();
        boolean scheduled = holder.kind().equals(WorkloadKind.JOB.kindName())
                && DUE_MINUTE.matcher(suffix).matches();
        Holder outer = new Holder(
                holder.namespace(),
                (rolled ? WorkloadKind.DEPLOYMENT : WorkloadKind.CRON_JOB).kindName(),
                holder.name().substring(0, dash));
        return (rolled || scheduled) && standingAlone.contains(outer) ? outer : holder;
    }
}
