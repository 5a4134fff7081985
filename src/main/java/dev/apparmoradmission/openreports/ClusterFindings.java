package dev.apparmoradmission.openreports;

import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.openreports.Result.Subject;
import dev.apparmoradmission.report.Fingerprint;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that one pass over a cluster found, as it will stand in reports: by namespace, and on the cluster itself. What could not be
 * read it knows too, for of that nothing may be forgotten.
 */
public final class ClusterFindings implements Observation.Reader {

    /** Results of all reports; beyond that a namespace keeps its worst few. */
    private static final int MOST_OF_ALL = 10_000;

    private static final int FEW = 10;
    private static final String CATEGORY = "AppArmor";
    private static final String OURS = "apparmor-admission";
    private static final String NAMESPACE = "Namespace";

    private record Part(WorkloadKind kind, String namespace) {}

    private final Snapshot snapshot;
    private final Instant now;
    private final List<String> namespaces;
    private final Optional<Instant> admissionSince;
    private final SortedMap<String, PlaceResults> byNamespace = new TreeMap<>();
    private final PlaceResults cluster = new PlaceResults();
    private final Set<Part> unread = new HashSet<>();
    private final Map<Drift.Kind, Integer> drifted = new EnumMap<>(Drift.Kind.class);
    private boolean whole = true;
    private int kept;

    /**
     * Begins.
     *
     * @param snapshot what is judged by
     * @param now the instant of the pass
     * @param namespaces where it looks; none for everywhere
     * @param admissionSince since when the API server asks the webhook, where that is known
     */
    public ClusterFindings(Snapshot snapshot, Instant now, List<String> namespaces, Optional<Instant> admissionSince) {
        this.snapshot = snapshot;
        this.now = now;
        this.namespaces = List.copyOf(namespaces);
        this.admissionSince = admissionSince;
    }

    @Override
    public void judged(StoredWorkload workload, Judgement judgement) {
        judged(workload, judgement, workload.history(judgement, admissionSince).drifts());
    }

    /** The same, where it is known already what became of it since it was admitted. */
    public void judged(StoredWorkload workload, Judgement judgement, List<Drift> drifts) {
        PlaceResults place = byNamespace.computeIfAbsent(judgement.namespace(), name -> new PlaceResults());
        WorkloadResults of = WorkloadResults.of(workload, judgement);
        String subject = of.subject();
        place.seen(subject);
        for (Result result : of.results(drifts)) {
            int room = kept < MOST_OF_ALL ? PlaceResults.MOST : Math.max(FEW, place.size());
            kept += place.add(subject, result, room);
        }
        drifts.forEach(drift -> drifted.merge(drift.kind(), 1, Integer::sum));
    }

    @Override
    public void unread(String line) {
        whole = false;
        add("unread", Outcome.ERROR, Severity.HIGH, "unread", line, new Subject("", "", "", "", ""));
    }

    @Override
    public void unread(WorkloadKind kind, String namespace, String line) {
        unread(line);
        unread.add(new Part(kind, namespace));
    }

    /** The last that belongs to the cluster as a whole: its nodes, and how each namespace stands. */
    void complete() {
        Optional<Duration> maxAge = snapshot.policies().policies().stream()
                .flatMap(policy -> policy.localhost().maxAge().stream())
                .min(Comparator.naturalOrder());
        for (Member member : snapshot.nodes().members()) {
            String name = member.node().name();
            if (!member.node().isWindows()) {
                cluster.seen(name);
                NodeAppArmor.State state = member.appArmor(maxAge, now).state();
                if (state != NodeAppArmor.State.ENABLED) {
                    add(
                            name,
                            Outcome.WARN,
                            Severity.MEDIUM,
                            "node-" + state.name().toLowerCase(Locale.ROOT),
                            message(state),
                            new Subject(
                                    "v1",
                                    "Node",
                                    "",
                                    name,
                                    member.node().identity().uid().orElse("")));
                }
            }
        }
        byNamespace.forEach((name, results) -> {
            String subject = "namespace/" + name;
            cluster.seen(subject);
            if (!results.isEmpty()) {
                add(
                        subject,
                        results.results().get(0).outcome(),
                        results.results().get(0).severity(),
                        "namespace",
                        "results in namespace " + name + ": " + counts(results),
                        new Subject("v1", NAMESPACE, "", name, ""));
            }
        });
    }

    private static String counts(PlaceResults results) {
        return results.count(Outcome.FAIL) + " fail, " + results.count(Outcome.WARN) + " warn, "
                + results.count(Outcome.SKIP) + " are excepted; of " + results.passes()
                + " workloads there is nothing to say";
    }

    private static String message(NodeAppArmor.State state) {
        return switch (state) {
            case ENABLED -> "";
            case DISABLED -> "AppArmor is off";
            case UNREPORTED -> "it has no inventory: nobody knows what its kernel holds";
            case STALE -> "its inventory is too old to be believed";
            case REBOOTED -> "its inventory is from before it was started last";
            case REPLACED -> "its inventory is of an earlier node of that name";
        };
    }

    private void add(String seenAs, Outcome outcome, Severity severity, String rule, String message, Subject subject) {
        String what = subject.name().isEmpty() ? message : subject.name();
        cluster.seen(seenAs);
        cluster.add(
                seenAs,
                new Result(
                        new Fingerprint(subject.kind(), "", what, "", rule, "").digest(),
                        outcome,
                        severity,
                        CATEGORY,
                        OURS,
                        rule,
                        message,
                        subject,
                        subject.kind(),
                        new TreeMap<>(),
                        0,
                        ""),
                PlaceResults.MOST);
    }

    /** The namespaces that were looked at, where not all were. */
    List<String> namespaces() {
        return namespaces;
    }

    /** Where anything was seen, and what. */
    SortedMap<String, PlaceResults> byNamespace() {
        return Collections.unmodifiableSortedMap(byNamespace);
    }

    PlaceResults cluster() {
        return cluster;
    }

    String policyHash() {
        return snapshot.policies().hash();
    }

    /** The instant of the pass. */
    Instant now() {
        return now;
    }

    /** Whether everything was read. */
    public boolean isWhole() {
        return whole;
    }

    /** Containers of running pods that are no longer what an admission makes of them. */
    public Map<Drift.Kind, Integer> drifted() {
        return Collections.unmodifiableMap(drifted);
    }

    /** How many results there are with this outcome, on all namespaces. */
    public int count(Outcome outcome) {
        return byNamespace.values().stream()
                .mapToInt(place -> place.count(outcome))
                .sum();
    }

    /** The kinds of which objects may be there that were not read: what was found at such is not gone. */
    SortedSet<String> unreadKinds(Place place) {
        SortedSet<String> kinds = new TreeSet<>();
        for (Part part : unread) {
            if (place.isCluster()) {
                // How its namespaces stand is told by all kinds together.
                kinds.add(NAMESPACE);
            } else if (part.namespace().isEmpty() || part.namespace().equals(place.namespace())) {
                kinds.add(part.kind().kindName());
            }
        }
        return kinds;
    }
}
