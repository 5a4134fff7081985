package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a change does to all workloads of a cluster. Memory grows with what changes, and of that with the owners, not with
 * their pods; beyond a bound it is only counted.
 */
final class Difference {

    /** So many lines are kept of each kind of change. */
    private static final int MOST_LINES = 20_000;
    /** So many lines about what could not be read are kept. */
    private static final int MOST_UNREAD = 1000;

    private final Map<Change, Map<Owner, Line>> lines = new EnumMap<>(Change.class);
    private final Map<Change, Integer> counts = new EnumMap<>(Change.class);
    private final Map<Change, Integer> left = new EnumMap<>(Change.class);
    private final SortedMap<String, Map<Change, Integer>> namespaces = new TreeMap<>();
    /** ReplicaSets of which the pods say that a Deployment keeps them. */
    private final Map<Owner, Owner> deployments = new HashMap<>();

    private final Set<Owner> seen = new HashSet<>();
    private final List<String> unread = new ArrayList<>();
    private int workloads;
    private int leaving;

    /** Adds a workload, changed or not. */
    void add(StoredWorkload workload, Map<Change, List<Detail>> changes) {
        workloads++;
        Owner owner = Owner.of(workload);
        if (workload.kind() == WorkloadKind.DEPLOYMENT) {
            seen.add(owner);
        }
        if (changes.isEmpty()) {
            return;
        }
        owner.deployment(workload).ifPresent(deployment -> deployments.put(owner, deployment));
        changes.forEach((change, details) -> {
            counts.merge(change, 1, Integer::sum);
            namespaces
                    .computeIfAbsent(owner.namespace(), any -> new EnumMap<>(Change.class))
                    .merge(change, 1, Integer::sum);
            Map<Owner, Line> known = lines.computeIfAbsent(change, any -> new HashMap<>());
            if (known.containsKey(owner) || known.size() < MOST_LINES) {
                known.computeIfAbsent(owner, any -> new Line()).add(workload, details);
            } else {
                left.merge(change, 1, Integer::sum);
            }
        });
    }

    /** Adds a pod that goes with its node. */
    void addLeaving() {
        workloads++;
        leaving++;
    }

    /** Adds a line about what could not be read. */
    void addUnread(String line) {
        if (unread.size() < MOST_UNREAD) {
            unread.add(line);
        }
    }

    /** The lines of a kind of change, in order; pods of a ReplicaSet are their Deployment's where that was seen. */
    SortedMap<Owner, Line> lines(Change change) {
        SortedMap<Owner, Line> sorted = new TreeMap<>();
        lines.getOrDefault(change, Map.of()).forEach((owner, line) -> {
            Owner deployment = deployments.getOrDefault(owner, owner);
            sorted.computeIfAbsent(seen.contains(deployment) ? deployment : owner, any -> new Line())
                    .add(line);
        });
        return sorted;
    }

    /** How many workloads a change concerns. */
    int count(Change change) {
        return counts.getOrDefault(change, 0);
    }

    /** How many of these are in no line, for want of room. */
    int left(Change change) {
        return left.getOrDefault(change, 0);
    }

    /** How many workloads there are of each kind of change, by namespace; namespaces without any are left out. */
    SortedMap<String, Map<Change, Integer>> namespaces() {
        return namespaces;
    }

    /** How many workloads were judged, those included that go with their nodes. */
    int workloads() {
        return workloads;
    }

    /** How many pods go with their nodes. */
    int leaving() {
        return leaving;
    }

    /** What could not be read. */
    List<String> unread() {
        return List.copyOf(unread);
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }
}
