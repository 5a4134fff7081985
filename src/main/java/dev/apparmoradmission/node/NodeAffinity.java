package dev.apparmoradmission.node;

import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Node selector and required node affinity, as the scheduler matches them
 * ({@code component-helpers/scheduling/corev1/nodeaffinity}, {@code apimachinery/pkg/labels/selector.go}).
 */
final class NodeAffinity {

    private NodeAffinity() {}

    /** Whether the node carries all labels of the selector and matches one required term. */
    static boolean allows(Placement placement, Node node) {
        for (Map.Entry<String, String> wanted : placement.nodeSelector().entrySet()) {
            if (!wanted.getValue().equals(node.labels().get(wanted.getKey()))) {
                return false;
            }
        }
        return placement.requiredTerms().isEmpty()
                || placement.requiredTerms().get().stream().anyMatch(term -> matches(term, node));
    }

    private static boolean matches(NodeSelectorTerm term, Node node) {
        // An empty term matches nothing; the other terms still count.
        if (term.matchExpressions().isEmpty() && term.matchFields().isEmpty()) {
            return false;
        }
        return all(term.matchFields(), field -> field.equals("metadata.name") ? node.name() : null)
                && all(term.matchExpressions(), label -> node.labels().get(label));
    }

    private static boolean all(List<Requirement> requirements, Function<String, @Nullable String> values) {
        for (Requirement requirement : requirements) {
            if (!holds(requirement, values.apply(requirement.key()))) {
                return false;
            }
        }
        return true;
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
