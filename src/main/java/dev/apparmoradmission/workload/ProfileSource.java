package dev.apparmoradmission.workload;

/** Where a container's effective profile is declared. */
public enum ProfileSource {
    /** The container's own {@code securityContext.appArmorProfile}. */
    CONTAINER_FIELD("container-field"),
    /** The beta annotation {@code container.apparmor.security.beta.kubernetes.io/<container>}. */
    ANNOTATION("annotation"),
    /** The pod's {@code securityContext.appArmorProfile}. */
    POD_FIELD("pod-field"),
    /** Nowhere. */
    NONE("none");

    private final String reportName;

    ProfileSource(String reportName) {
        this.reportName = reportName;
    }

    /** The name in reports. */
    public String reportName() {
        return reportName;
    }
}
