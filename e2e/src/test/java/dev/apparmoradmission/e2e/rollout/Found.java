package dev.apparmoradmission.e2e.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/**
 * What a door found.
 *
 * @param object kind, namespace and name
 * @param place the container's name, or {@code (pod)}
 * @param rule the rule
 * @param action what follows, or would
 */
record Found(Named object, String place, String rule, String action) implements Comparable<Found> {
    static final String POD = "(pod)";
    static final String ENFORCE = "Enforce";
    static final String WARN = "Warn";
    static final String AUDIT = "Audit";

    private static final Comparator<Found> ORDER = Comparator.comparing(Found::object)
            .thenComparing(Found::place)
            .thenComparing(Found::rule)
            .thenComparing(Found::action);

    /**
     * An object by its name.
     *
     * @param kind its kind
     * @param namespace its namespace
     * @param name its name
     */
    record Named(String kind, String namespace, String name) implements Comparable<Named> {
        private static final Comparator<Named> ORDER = Comparator.comparing(Named::namespace)
                .thenComparing(Named::kind)
                .thenComparing(Named::name);

        /** Of an object as it is written or stored. */
        static Named of(JsonNode object) {
            JsonNode metadata = object.path("metadata");
            return new Named(
                    object.path("kind").asText(),
                    metadata.path("namespace").asText(),
                    metadata.path("name").asText());
        }

        boolean isPod() {
            return kind.equals("Pod");
        }

        @Override
        public int compareTo(Named other) {
            return ORDER.compare(this, other);
        }
    }

    /** The same with another action. */
    Found with(String other) {
        return new Found(object, place, rule, other);
    }

    /** The same, no stricter than that. */
    Found atMost(String ceiling) {
        boolean stricter = action.equals(ENFORCE) || action.equals(WARN) && ceiling.equals(AUDIT);
        return stricter ? with(ceiling) : this;
    }

    @Override
    public int compareTo(Found other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return object.kind() + " " + object.namespace() + "/" + object.name() + " " + place + " " + rule + "=" + action;
    }
}
