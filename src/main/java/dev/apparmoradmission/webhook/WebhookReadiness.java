package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.decision.Snapshot;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready once policies and cluster are known, the HTTPS port is open with a certificate and the webhook is warm. What goes wrong later is told in
 * the data, but does not end readiness: the last good policies and nodes are in force, and without any webhook no pod starts.
 */
@Readiness
@ApplicationScoped
public class WebhookReadiness implements HealthCheck {

    private final SnapshotStore snapshots;
    private final WebhookState state;

    WebhookReadiness(SnapshotStore snapshots, WebhookState state) {
        this.snapshots = snapshots;
        this.state = state;
    }

    @Override
    public HealthCheckResponse call() {
        Optional<Snapshot> snapshot = snapshots.current();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("admission")
                .status(state.isReady(snapshots))
                .withData("policies", state.policyProblem().isPresent() ? "last good set" : "current")
                .withData("cluster", snapshot.isEmpty() ? "waiting" : "known")
                .withData("https", state.isListening() ? "listening" : "closed")
                .withData("certificate", state.isCertified() ? "served" : "waiting")
                .withData("warm", state.isWarm());
        snapshot.ifPresent(
                known -> response.withData("policyHash", known.policies().hash())
                        .withData("dryRun", known.dryRun())
                        .withData("nodes", known.nodes().members().size()));
        state.policyProblem().ifPresent(problem -> response.withData("policyProblem", problem));
        state.clusterProblem().ifPresent(problem -> response.withData("clusterProblem", problem));
        state.certificateProblems().stream()
                .findFirst()
                .ifPresent(problem -> response.withData("certificateProblem", problem));
        return response.build();
    }
}
