package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** How far the webhook is, and what is wrong although it serves. Safe for use by several threads. */
final class WebhookState {

    private record Problems(Optional<String> policies, Optional<String> cluster) {}

    private final AtomicReference<Problems> problems =
            new AtomicReference<>(new Problems(Optional.empty(), Optional.empty()));
    private volatile String certificate = "configured";
    private volatile boolean certified = true;
    private volatile List<String> certificateProblems = List.of();
    private volatile boolean listening;
    private volatile boolean warm;

    /** Where the serving certificate comes from. */
    void certificate(String description) {
        certificate = description;
    }

    String certificate() {
        return certificate;
    }

    /** What is served until further notice is nothing that callers trust. */
    void awaitCertificate() {
        certified = false;
    }

    /** What is served is what callers trust. */
    void certified() {
        certified = true;
    }

    boolean isCertified() {
        return certified;
    }

    /** What is wrong with certificates; empty where nothing is. */
    void certificateProblems(List<String> lines) {
        certificateProblems = List.copyOf(lines);
    }

    List<String> certificateProblems() {
        return certificateProblems;
    }

    /** The HTTPS port is open. */
    void listening() {
        listening = true;
    }

    /** Enough reviews have been answered for the next one not to wait for the JVM. */
    void warm() {
        warm = true;
    }

    boolean isListening() {
        return listening;
    }

    boolean isWarm() {
        return warm;
    }

    /** Whether reviews may come: there is something to decide by, and a port that callers trust. */
    boolean isReady(SnapshotStore snapshots) {
        return snapshots.current().isPresent() && listening && warm && certified;
    }

    /** Why the newest policy files are not in force; empty where they are. */
    void policyProblem(Optional<String> problem) {
        problems.updateAndGet(old -> new Problems(problem, old.cluster()));
    }

    /** Why the newest state of the cluster is not in force; empty where it is. */
    void clusterProblem(Optional<String> problem) {
        problems.updateAndGet(old -> new Problems(old.policies(), problem));
    }

    Optional<String> policyProblem() {
        return problems.get().policies();
    }

    Optional<String> clusterProblem() {
        return problems.get().cluster();
    }
}
