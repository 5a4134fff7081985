package dev.apparmoradmission.e2e.storm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What became of the pods of the stream, disturbance by disturbance. */
final class Report {
    private final List<Creation> creations;
    private final Verdicts verdicts;
    private final Gap serverAway;
    private final Gap replicaDead;

    /**
     * One disturbance.
     *
     * @param begin by {@link System#nanoTime}
     * @param end likewise
     * @param outcome in words
     */
    record Phase(String name, long begin, long end, String outcome) {}

    Report(List<Creation> creations, Verdicts verdicts, Gap serverAway, Gap replicaDead) {
        this.creations = creations;
        this.verdicts = verdicts;
        this.serverAway = serverAway;
        this.replicaDead = replicaDead;
    }

    /** Answers that the policy in force does not give. */
    List<Creation> wrong() {
        return creations.stream().filter(verdicts::wrong).toList();
    }

    /** Those that failed though the API server and both replicas were there. */
    List<Creation> failed() {
        return creations.stream().filter(this::failed).toList();
    }

    /**
     * Those whose review the killed replica held, or that no other took while it was dead. The API server
     * does not repeat a review (it is a POST): who creates a pod gets a 500, and controllers try again.
     */
    List<Creation> diedWithReplica() {
        return creations.stream().filter(this::diedWithReplica).toList();
    }

    /** Those that the API server turned away itself, because it has too much to do (429): its clients repeat them. */
    List<Creation> turnedAway() {
        return creations.stream().filter(creation -> creation.code() == 429).toList();
    }

    private boolean failed(Creation creation) {
        return creation.failed() && creation.code() != 429 && !serverAway.meets(creation) && !diedWithReplica(creation);
    }

    private boolean diedWithReplica(Creation creation) {
        return creation.failed()
                && replicaDead.meets(creation)
                && creation.code() == 500
                && creation.message().contains("failed calling webhook");
    }

    /** A table in Markdown, with all phases together in the last row. */
    List<String> table(List<Phase> phases) {
        List<String> rows = new ArrayList<>();
        rows.add(
                "| while | s | creates | stored | denied | failed | died with the replica | failed, server away | wrong | p50 ms | p99 ms | max ms | |");
        rows.add("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|");
        phases.forEach(phase -> rows.add(row(phase)));
        rows.add(row(new Phase(
                "all", phases.get(0).begin(), phases.get(phases.size() - 1).end(), "")));
        return rows;
    }

    private String row(Phase phase) {
        List<Creation> of = creations.stream()
                .filter(creation -> creation.sent() >= phase.begin() && creation.sent() < phase.end())
                .toList();
        double[] millis = of.stream().mapToDouble(Creation::millis).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %d | %d | %d | %d | %d | %d | %d | %.0f | %.0f | %.0f | %s |",
                phase.name(),
                (phase.end() - phase.begin()) / 1e9,
                of.size(),
                of.stream().filter(Creation::stored).count(),
                of.stream().filter(one -> !one.stored() && !one.failed()).count(),
                of.stream().filter(this::failed).count(),
                of.stream().filter(this::diedWithReplica).count(),
                of.stream().filter(one -> one.failed() && serverAway.meets(one)).count(),
                of.stream().filter(verdicts::wrong).count(),
                at(millis, 0.5),
                at(millis, 0.99),
                Arrays.stream(millis).max().orElse(0),
                phase.outcome());
    }

    private static double at(double[] sorted, double part) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
    }
}
