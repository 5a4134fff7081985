package dev.apparmoradmission.openreports;

/**
 * What a report is on.
 *
 * @param namespace the namespace; empty for the whole cluster
 */
record Place(String namespace) {

    /** The whole cluster. */
    static final Place CLUSTER = new Place("");

    /** Whether it is the whole cluster. */
    boolean isCluster() {
        return namespace.isEmpty();
    }

    /** As messages name it. */
    String describe() {
        return isCluster() ? "on the cluster" : "on namespace " + namespace;
    }
}
