package dev.apparmoradmission.workload;

/** The three lists of containers in a pod spec, in the order in which the API server visits them. */
public enum ContainerKind {
    /** {@code initContainers}, sidecars included. */
    INIT("initContainers"),
    /** {@code containers}. */
    REGULAR("containers"),
    /** {@code ephemeralContainers}. */
    EPHEMERAL("ephemeralContainers");

    private final String field;

    ContainerKind(String field) {
        this.field = field;
    }

    /** The field of the pod spec that holds these containers. */
    public String field() {
        return field;
    }
}
