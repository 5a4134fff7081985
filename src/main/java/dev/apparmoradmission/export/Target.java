package dev.apparmoradmission.export;

import java.util.List;

/** What an admission policy looks at: rules of the API server, narrow as those of the webhook (semantics §7.3). */
enum Target {
    /** Pods that are created or changed, and new ephemeral containers. */
    PODS("pods"),
    /** The same as far as they can be mutated. */
    NEW_PODS("default"),
    /** The eight kinds that pods are made from. */
    TEMPLATES("templates"),
    /** Bindings, whose annotations the API server copies into the pod. */
    BINDINGS("bindings");

    private final String word;

    Target(String word) {
        this.word = word;
    }

    /** Its part in names. */
    String word() {
        return word;
    }

    /** The rules. */
    List<ResourceRule> rules() {
        List<String> writes = List.of("CREATE", "UPDATE");
        ResourceRule debugging = new ResourceRule("", List.of("UPDATE"), List.of("pods/ephemeralcontainers"));
        return switch (this) {
            case PODS -> List.of(new ResourceRule("", writes, List.of("pods")), debugging);
            case NEW_PODS -> List.of(new ResourceRule("", List.of("CREATE"), List.of("pods")), debugging);
            case TEMPLATES ->
                List.of(
                        new ResourceRule("", writes, List.of("podtemplates", "replicationcontrollers")),
                        new ResourceRule(
                                "apps", writes, List.of("deployments", "replicasets", "statefulsets", "daemonsets")),
                        new ResourceRule("batch", writes, List.of("jobs", "cronjobs")));
            case BINDINGS -> List.of(new ResourceRule("", List.of("CREATE"), List.of("bindings", "pods/binding")));
        };
    }

    /**
     * A rule of {@code matchConstraints}; all versions are v1.
     *
     * @param group the API group
     * @param operations the operations
     * @param resources the resources
     */
    record ResourceRule(String group, List<String> operations, List<String> resources) {
        /** Copies the lists. */
        ResourceRule {
            operations = List.copyOf(operations);
            resources = List.copyOf(resources);
        }
    }
}
