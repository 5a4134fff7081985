package dev.apparmoradmission.node;

import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The {@link LabelKinds} of those labels that selectors named of late. Pods of a cluster name few, and finding the kinds takes
 * as long as asking every node once, so they are kept as long as the nodes they were made from. Nothing that is kept changes
 * an answer; how much is kept is bounded, for whoever may create a pod may name any label.
 */
final class SelectorKinds {

    private static final int MOST = 16;
    /** Of one selector; nobody names more. */
    private static final int MOST_KEYS = 8;
    /** {@code apimachinery/pkg/util/validation}, {@code IsQualifiedName}: a prefix of 253, a slash, a name of 63. */
    private static final int LONGEST_KEY = 317;

    private final List<Part> groups;
    /** Replaced, never changed, so that decisions neither wait for each other nor see half of one. */
    private final AtomicReference<Map<Set<String>, Optional<LabelKinds>>> known = new AtomicReference<>(Map.of());

    SelectorKinds(List<Part> groups) {
        this.groups = groups;
    }

    /** The kinds that answer for all nodes; empty where the placement tells nodes apart that no few labels do. */
    Optional<LabelKinds> of(Placement placement) {
        Optional<Set<String>> keys = keys(placement);
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        Optional<LabelKinds> kinds = known.get().get(keys.get());
        return kinds == null ? found(Set.copyOf(keys.get())) : kinds;
    }

    private Optional<LabelKinds> found(Set<String> keys) {
        Optional<LabelKinds> kinds = LabelKinds.of(keys, groups);
        Map<Set<String>, Optional<LabelKinds>> before = known.get();
        // Full: begun anew, or what was asked first would keep out what is asked most.
        Map<Set<String>, Optional<LabelKinds>> after = before.size() < MOST ? new HashMap<>(before) : new HashMap<>();
        after.put(keys, kinds);
        known.compareAndSet(before, Map.copyOf(after));
        return kinds;
    }

    private static Optional<Set<String>> keys(Placement placement) {
        Set<String> keys = placement.nodeSelector().keySet();
        if (placement.requiredTerms().isPresent()) {
            keys = new HashSet<>(keys);
            for (NodeSelectorTerm term : placement.requiredTerms().get()) {
                if (!term.matchFields().isEmpty()) {
                    return Optional.empty();
                }
                for (Requirement requirement : term.matchExpressions()) {
                    keys.add(requirement.key());
                }
            }
        }
        if (keys.size() > MOST_KEYS) {
            return Optional.empty();
        }
        for (String key : keys) {
            if (key.length() > LONGEST_KEY) {
                return Optional.empty();
            }
        }
        return Optional.of(keys);
    }
}
