package dev.apparmoradmission.policy;

import java.util.HashMap;
import java.util.Map;

/**
 * Namespaces and their labels, as far as they are known.
 *
 * @param labels labels by namespace
 */
public record Namespaces(Map<String, Map<String, String>> labels) {

    /** The label that every namespace carries with its own name. */
    public static final String NAME_LABEL = "kubernetes.io/metadata.name";

    /** No namespace is known. */
    public static final Namespaces UNKNOWN = new Namespaces(Map.of());

    /** Copies, and adds the name label, which the API server sets on every namespace. */
    public Namespaces {
        Map<String, Map<String, String>> copy = new HashMap<>();
        labels.forEach((name, given) -> {
            Map<String, String> all = new HashMap<>(given);
            all.put(NAME_LABEL, name);
            copy.put(name, Map.copyOf(all));
        });
        labels = Map.copyOf(copy);
    }

    /**
     * Whether the selector matches the namespace, or may match for all that is known. Where a namespace's labels are unknown
     * the policy applies: the other way a pod could escape it by being early.
     */
    public boolean mayMatch(LabelSelector selector, String namespace) {
        if (selector.isEverything()) {
            return true;
        }
        Map<String, String> known = labels.get(namespace);
        if (known != null) {
            return selector.matches(known);
        }
        return !selector.dependsOnlyOn(NAME_LABEL) || selector.matches(Map.of(NAME_LABEL, namespace));
    }
}
