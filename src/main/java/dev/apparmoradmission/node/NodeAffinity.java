package dev.apparmoradmission.node;

import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Node selector and required node affinity, as the scheduler matches them
 * ({@code component-helpers/scheduling/corev1/nodeaffinity}, {@code apimachinery/pkg/labels/selector.go}).
 */
final class NodeAffinity {

    private static final String NAME_FIELD = "metadata.name";

    private NodeAffinity() {}

    /**
     * What a label will be: of the labels that our leader writes from the inventory, where the scheduler may see the node
     * with the value it has now or with the one it is about to get.
     */
    interface ExpectedLabels {
        /** No label is going to change. */
        ExpectedLabels NONE = key -> Optional.empty();

        Optional<String> of(String key);
    }

    /** Whether the node carries all labels of the selector and matches one required term, as they are or as expected. */
    static boolean allows(Placement placement, Node node, ExpectedLabels expected) {
        for (Map.Entry<String, String> wanted : placement.nodeSelector().entrySet()) {
            if (!carries(node, wanted)) {
                return false;
            }
        }
        return matchesATerm(placement, node, expected);
    }

    /** What keeps the pod off the node, if anything does; of several labels the first by name. */
    static Optional<Barrier> barrier(Placement placement, Node node, ExpectedLabels expected) {
        Optional<Barrier> label = placement.nodeSelector().entrySet().stream()
                .filter(wanted -> !carries(node, wanted))
                .min(Map.Entry.comparingByKey())
                .map(wanted -> new Barrier.OtherLabel(
                        wanted.getKey(),
                        wanted.getValue(),
                        Optional.ofNullable(node.labels().get(wanted.getKey()))));
        if (label.isPresent() || matchesATerm(placement, node, expected)) {
            return label;
        }
        return Optional.of(new Barrier.NoTermMatches(
                placement.requiredTerms().map(List::size).orElse(0)));
    }

    private static boolean carries(Node node, Map.Entry<String, String> wanted) {
        return wanted.getValue().equals(node.labels().get(wanted.getKey()));
    }

    private static boolean matchesATerm(Placement placement, Node node, ExpectedLabels expected) {
        if (placement.requiredTerms().isEmpty()) {
            return true;
        }
        for (NodeSelectorTerm term : placement.requiredTerms().get()) {
            if (matches(term, node, expected)) {
                return true;
            }
        }
        return false;
    }

    /** The only node that can match, where every required term is for one node by its name, and all for the same. */
    static Optional<String> onlyName(Placement placement) {
        Optional<String> only = Optional.empty();
        for (NodeSelectorTerm term : placement.requiredTerms().orElse(List.of())) {
            Optional<String> name = nameOf(term);
            if (name.isEmpty() || only.isPresent() && !only.equals(name)) {
                return Optional.empty();
            }
            only = name;
        }
        return only;
    }

    private static Optional<String> nameOf(NodeSelectorTerm term) {
        for (Requirement field : term.matchFields()) {
            if (field.key().equals(NAME_FIELD)
                    && field.operator().equals("In")
                    && field.values().size() == 1) {
                return Optional.of(field.values().get(0));
            }
        }
        return Optional.empty();
    }

    private static boolean matches(NodeSelectorTerm term, Node node, ExpectedLabels expected) {
        // An empty term matches nothing; the other terms still count.
        if (term.isEmpty()) {
            return false;
        }
        for (Requirement field : term.matchFields()) {
            if (!holds(field, field.key().equals(NAME_FIELD) ? node.name() : null)) {
                return false;
            }
        }
        for (Requirement label : term.matchExpressions()) {
            if (!holds(label, node.labels().get(label.key())) && !isExpected(label, expected)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isExpected(Requirement label, ExpectedLabels expected) {
        return ProfileLabels.isOwn(label.key())
                && holds(label, expected.of(label.key()).orElse(null));
    }

    private static boolean holds(Requirement requirement, @Nullable String value) {
        return switch (requirement.operator()) {
            case "In" -> value != null && requirement.values().contains(value);
            case "NotIn" -> value == null || !requirement.values().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            case "Gt" -> compares(requirement, value) > 0;
            case "Lt" -> compares(requirement, value) < 0;
            default -> false;
        };
    }

    /** The sign of label minus operand; 0, which satisfies neither Gt nor Lt, where either is not an int64. */
    private static int compares(Requirement requirement, @Nullable String value) {
        if (value == null || requirement.values().size() != 1) {
            return 0;
        }
        OptionalLong label = int64(value);
        OptionalLong operand = int64(requirement.values().get(0));
        return label.isPresent() && operand.isPresent() ? Long.compare(label.getAsLong(), operand.getAsLong()) : 0;
    }

    private static OptionalLong int64(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }
}
