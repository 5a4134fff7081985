package dev.apparmoradmission.openreports;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What was found on one namespace, or on the cluster, in one pass. The worst results are kept and the others counted, so that
 * memory is bounded whatever is found.
 */
final class PlaceResults {

    /** Results of one report. */
    static final int MOST = 1000;

    private static final Comparator<Result> WORST_FIRST = Comparator.comparing(Result::outcome)
            .thenComparing(Result::severity)
            .thenComparing(Result::id);

    private final Map<String, Result> byId = new HashMap<>();
    private final TreeSet<Result> sorted = new TreeSet<>(WORST_FIRST);
    private final Map<Outcome, Set<String>> leftOut = new EnumMap<>(Outcome.class);
    private final Set<String> subjects = new HashSet<>();
    private final Set<String> ofResults = new HashSet<>();

    /** Something was looked at. */
    void seen(String subject) {
        subjects.add(subject);
    }

    /**
     * Adds a result, or adds up with the one of the same id.
     *
     * @param subject what it is about, as {@link #seen} was told
     * @param room how many results there may be now
     * @return how many more there are
     */
    int add(String subject, Result result, int room) {
        ofResults.add(subject);
        Result before = byId.get(result.id());
        Result joined = before == null ? result : before.and(result);
        int more = 0;
        if (before == null) {
            more = 1;
        } else {
            sorted.remove(before);
        }
        byId.put(result.id(), joined);
        sorted.add(joined);
        while (sorted.size() > Math.min(MOST, Math.max(room, 1))) {
            // What was left out once is never worse than what is kept: it comes back only if it has become worse
            // itself.
            Result last = sorted.pollLast();
            byId.remove(last.id());
            leftOut.computeIfAbsent(last.outcome(), any -> new HashSet<>()).add(last.id());
            more--;
        }
        return more;
    }

    int size() {
        return sorted.size();
    }

    boolean isEmpty() {
        return sorted.isEmpty();
    }

    /** The results, worst first. */
    List<Result> results() {
        return new ArrayList<>(sorted);
    }

    Optional<Result> result(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** How many results there are with this outcome, those that were not kept included. */
    int count(Outcome outcome) {
        int kept = (int)
                sorted.stream().filter(result -> result.outcome() == outcome).count();
        return kept + ids(outcome).size();
    }

    private Collection<String> ids(Outcome outcome) {
        return leftOut.getOrDefault(outcome, Set.of()).stream()
                .filter(id -> !byId.containsKey(id))
                .toList();
    }

    /** How many results were not kept. */
    int leftOut() {
        int all = 0;
        for (Outcome outcome : Outcome.values()) {
            all += ids(outcome).size();
        }
        return all;
    }

    /** How many subjects there are of which there is nothing to say. */
    int passes() {
        return subjects.size() - ofResults.size();
    }
}
