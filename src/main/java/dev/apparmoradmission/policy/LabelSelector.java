package dev.apparmoradmission.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A label selector ({@code meta/v1}): all parts must hold; an empty one matches everything.
 *
 * @param matchLabels labels that must be there with these values
 * @param matchExpressions further requirements
 */
public record LabelSelector(Map<String, String> matchLabels, List<Expression> matchExpressions) {

    /** Matches everything. */
    public static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());

    /** Copies the collections. */
    public LabelSelector {
        matchLabels = Map.copyOf(matchLabels);
        matchExpressions = List.copyOf(matchExpressions);
    }

    /** The operators of a label selector. */
    public enum Operator {
        /** The value is one of those given. */
        IN,
        /** The value is none of those given, or the label is absent. */
        NOT_IN,
        /** The label is there. */
        EXISTS,
        /** The label is absent. */
        DOES_NOT_EXIST
    }

    /**
     * One requirement.
     *
     * @param key the label
     * @param operator the operator
     * @param values its operands
     */
    public record Expression(String key, Operator operator, List<String> values) {
        /** Copies the values. */
        public Expression {
            values = List.copyOf(values);
        }

        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }
    }

    /** Whether it selects by anything at all. */
    public boolean isEverything() {
        return matchLabels.isEmpty() && matchExpressions.isEmpty();
    }

    /** The labels on which it depends, for telling whether they are known. */
    public boolean dependsOnlyOn(String key) {
        return matchLabels.keySet().stream().allMatch(key::equals)
                && matchExpressions.stream()
                        .allMatch(expression -> expression.key().equals(key));
    }

    /** Whether these labels match. */
    public boolean matches(Map<String, String> labels) {
        for (Map.Entry<String, String> wanted : matchLabels.entrySet()) {
            if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                return false;
            }
        }
        for (Expression expression : matchExpressions) {
            if (!expression.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    /** The values that a label may have where all parts hold; absent where nothing limits them. */
    public Optional<Set<String>> values(String key) {
        Optional<Set<String>> allowed =
                Optional.ofNullable(matchLabels.get(key)).map(Set::of);
        for (Expression expression : matchExpressions) {
            if (expression.key().equals(key) && expression.operator() == Operator.IN) {
                Set<String> both = new HashSet<>(expression.values());
                allowed.ifPresent(both::retainAll);
                allowed = Optional.of(both);
            }
        }
        return allowed.map(values -> {
            Set<String> left = new HashSet<>(values);
            for (Expression expression : matchExpressions) {
                if (expression.key().equals(key) && expression.operator() == Operator.NOT_IN) {
                    left.removeAll(expression.values());
                }
            }
            return Set.copyOf(left);
        });
    }

    /** A label of which the parts ask what cannot be at once, so that nothing matches; empty where there is none. */
    public Optional<String> contradiction() {
        return Stream.concat(
                        matchLabels.keySet().stream(), matchExpressions.stream().map(Expression::key))
                .sorted()
                .filter(key -> values(key).filter(Set::isEmpty).isPresent()
                        || asks(key, Operator.DOES_NOT_EXIST)
                                && (values(key).isPresent() || asks(key, Operator.EXISTS)))
                .findFirst();
    }

    /** Whether an expression asks this of a label. */
    public boolean asks(String key, Operator operator) {
        return matchExpressions.stream()
                .anyMatch(expression -> expression.key().equals(key) && expression.operator() == operator);
    }
}
