package dev.apparmoradmission.e2e.cluster;

import java.util.Optional;

/** A running API server that belongs to the tests alone, until {@link #close()}. */
public sealed interface TestCluster extends AutoCloseable permits GivenCluster, KindCluster, LocalControlPlane {
    /** What it is, for the report: "kind v1.35.4 through Testcontainers". */
    String description();

    /** A kubeconfig, as text, of a user who may do everything. */
    String kubeconfig();

    /** Where this API server writes its audit events. */
    AuditLog auditLog();

    /** The host name or address under which this API server reaches a server on this machine. */
    String webhookHost();

    /** Whether Deployments get ReplicaSets and those get pods here. */
    boolean runsControllers();

    /** Whether pods are bound to nodes here. */
    boolean runsScheduler();

    /** Whether it is still there when we are gone, with everything that was not cleared away. */
    boolean outlivesUs();

    /** The node that runs pods; empty where there is none, or none that we may load images into. */
    default Optional<RealNode> realNode() {
        return Optional.empty();
    }

    /**
     * The authority, in PEM form, of the certificate that this API server shows to webhooks which ask for one; empty where we
     * cannot tell it to.
     */
    default Optional<String> callerAuthority() {
        return Optional.empty();
    }

    /** Stops what was started and removes what it left; of a given cluster, nothing. Can be called again. */
    @Override
    void close();
}
