package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.ProfileLabels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What has to be written for every node to carry exactly the labels that its inventory earns it.
 *
 * @param changes a change for each node that needs one; those that take a label away come first, for they keep pods off
 * @param nextExpiry when the next list goes stale without any event to tell it
 * @param crowded nodes with more profiles than get a label, and how many are left out on each
 */
record LabelPlan(List<Change> changes, Optional<Instant> nextExpiry, SortedMap<String, Integer> crowded) {

    /**
     * Labels of one node to be set or, where the value is absent, removed. All of them are ours.
     *
     * @param node its name
     * @param uid its uid, so that a node that takes the name meanwhile is left alone; absent where unknown
     * @param labels the difference
     */
    record Change(String node, Optional<String> uid, SortedMap<String, Optional<String>> labels) {
        boolean removes() {
            return labels.values().stream().anyMatch(Optional::isEmpty);
        }
    }

    /** Compares what the nodes carry with what they should. */
    static LabelPlan of(ClusterNodes nodes, WantedLabels wanted, Instant now) {
        Optional<Duration> maxAge = wanted.needs().maxAge();
        List<Change> changes = new ArrayList<>();
        SortedMap<String, Integer> crowded = new TreeMap<>();
        Optional<Instant> nextExpiry = Optional.empty();
        wanted.nextRound();
        for (Member member : nodes.members()) {
            NodeAppArmor known = member.appArmor(maxAge, now);
            WantedLabels.Labels labels = wanted.of(known);
            if (labels.leftOut() > 0) {
                crowded.put(member.node().name(), labels.leftOut());
            }
            SortedMap<String, Optional<String>> difference =
                    difference(member.node().labels(), labels.labels());
            if (!difference.isEmpty()) {
                Node node = member.node();
                changes.add(new Change(node.name(), node.identity().uid(), difference));
            }
            if (maxAge.isPresent() && !labels.labels().isEmpty()) {
                nextExpiry = earlier(nextExpiry, expiry(member, maxAge.get(), now));
            }
        }
        changes.sort(Comparator.comparing(Change::removes).reversed().thenComparing(Change::node));
        return new LabelPlan(List.copyOf(changes), nextExpiry, crowded);
    }

    /** Only labels under our prefixes are compared: all others belong to somebody else. */
    private static SortedMap<String, Optional<String>> difference(
            Map<String, String> carried, SortedMap<String, String> wanted) {
        SortedMap<String, Optional<String>> difference = new TreeMap<>();
        for (String key : carried.keySet()) {
            if (ProfileLabels.isOwn(key) && !wanted.containsKey(key)) {
                difference.put(key, Optional.empty());
            }
        }
        wanted.forEach((key, value) -> {
            if (!value.equals(carried.get(key))) {
                difference.put(key, Optional.of(value));
            }
        });
        return difference;
    }

    /** The first instant at which the list is older than that; a list from the future goes stale no earlier. */
    private static Optional<Instant> expiry(Member member, Duration maxAge, Instant now) {
        return member.inventory()
                .flatMap(NodeInventory::observedAt)
                .map(observed -> observed.plus(maxAge).plusMillis(1))
                .filter(instant -> instant.isAfter(now));
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && (other.isEmpty() || one.get().isBefore(other.get())) ? one : other;
    }
}
