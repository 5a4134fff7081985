package dev.apparmoradmission.node;

import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The {@link LabelKinds} of those labels that selectors named of late. Pods of a cluster name few, and finding the kinds takes
 * as long as asking every node once, so they are kept as long as the nodes they were made from.
 */
final class SelectorKinds {

    private static final int MOST = 16;
    /** Of one selector; nobody names more. */
    private static final int MOST_KEYS = 8;
    /** {@code apimachinery/pkg/util/validation}, {@code IsQualifiedName}: a prefix of 253, a slash, a name of 63. */
    private static final int LONGEST_KEY = 317;

    private final List<Part> groups;
    private final Recent<Set<String>, Optional<LabelKinds>> known = new Recent<>(MOST);

    SelectorKinds(List<Part> groups) {
        this.groups = groups;
    }

    /** The kinds that answer for all nodes; empty where the placement tells nodes apart that no few labels do. */
    Optional<LabelKinds> of(Placement placement) {
        Optional<Set<String>> keys = keys(placement);
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        Optional<Optional<LabelKinds>> kinds = known.find(keys.get());
        return kinds.isPresent() ? kinds.get() : known.keep(Set.copyOf(keys.get()), LabelKinds.of(keys.get(), groups));
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
