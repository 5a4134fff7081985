package dev.apparmoradmission.ledger;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.PolicySet;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Counts the exceptions of judged workloads, for metrics: in memory that does not grow with the cluster beyond its namespaces and
 * the grants. For one thread.
 */
public final class ExceptionTally {

    /** Where exceptions come from, as metrics call it. */
    public enum Source {
        /** Annotations. */
        ANNOTATION("Annotation"),
        /** Grants. */
        GRANT("Grant");

        private final String word;

        Source(String word) {
            this.word = word;
        }

        /** As in {@code apparmor_admission_exceptions_used_total}. */
        public String word() {
            return word;
        }
    }

    /**
     * What exceptions are counted by.
     *
     * @param source where they come from
     * @param state how they stand
     */
    public record Group(Source source, State state) {}

    /**
     * What was counted.
     *
     * @param exceptions exceptions of pods and templates; one of a pod that is also its template's counts for each
     * @param unneeded of those by annotation, those that no finding needs
     * @param nextEnds when the next exception by annotation ends that still holds, by namespace; only of those that end
     * @param unusedGrants grants that excuse nothing; absent where not everything was seen
     */
    public record Figures(
            Map<Group, Integer> exceptions, int unneeded, Map<String, Instant> nextEnds, OptionalInt unusedGrants) {
        /** Nothing was counted yet. */
        public static final Figures NONE = new Figures(Map.of(), 0, Map.of(), OptionalInt.empty());

        /** Copies the maps. */
        public Figures {
            exceptions = Map.copyOf(exceptions);
            nextEnds = Map.copyOf(nextEnds);
        }
    }

    private final PolicySet policies;
    private final Instant now;
    private final Duration soon;
    private final Map<Group, Integer> exceptions = new HashMap<>();
    private final Map<String, Instant> nextEnds = new HashMap<>();
    private final Set<String> usedGrants = new HashSet<>();
    private int unneeded;

    /**
     * Begins to count.
     *
     * @param policies policies and grants
     * @param now the instant at which the workloads are judged
     * @param soon what counts as ending soon
     */
    public ExceptionTally(PolicySet policies, Instant now, Duration soon) {
        this.policies = policies;
        this.now = now;
        this.soon = soon;
    }

    /** Counts a workload of this namespace, by what was decided about it. */
    public void add(String namespace, Decision decision) {
        for (Claim claim : Claim.of(decision)) {
            Optional<String> grant = claim.origin().grant();
            State state = claim.state(now, soon);
            exceptions.merge(new Group(grant.isPresent() ? Source.GRANT : Source.ANNOTATION, state), 1, Integer::sum);
            if (grant.isPresent()) {
                if (claim.isExcusing()) {
                    usedGrants.add(grant.get());
                }
            } else {
                unneeded += claim.isNeeded() ? 0 : 1;
                end(claim, state).ifPresent(end -> nextEnds.merge(namespace, end, ExceptionTally::earlier));
            }
        }
    }

    private static Optional<Instant> end(Claim claim, State state) {
        return state == State.VALID || state == State.EXPIRING
                ? claim.origin().documentation().end().map(Expiry::end)
                : Optional.empty();
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /**
     * What was counted so far.
     *
     * @param complete whether everything was seen: else a grant that excuses nothing may be used where nobody looked
     * @param mostNamespaces how many namespaces are told of, those whose exceptions end first
     */
    public Figures figures(boolean complete, int mostNamespaces) {
        Map<String, Instant> first = nextEnds.entrySet().stream()
                .sorted(Map.Entry.<String, Instant>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .limit(mostNamespaces)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        int used = (int)
                policies.grants().keySet().stream().filter(usedGrants::contains).count();
        return new Figures(
                exceptions,
                unneeded,
                first,
                complete ? OptionalInt.of(policies.grants().size() - used) : OptionalInt.empty());
    }
}
