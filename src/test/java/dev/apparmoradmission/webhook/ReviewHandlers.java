package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.decision.Snapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Handlers with all that a webhook has around a decision, but no server. */
final class ReviewHandlers {

    private ReviewHandlers() {}

    /** One that decides by this snapshot, as if it always were that instant. */
    static ReviewHandler on(Snapshot snapshot, Instant now) {
        SnapshotStore snapshots = new SnapshotStore(false);
        snapshots.policies(snapshot.policies());
        snapshots.cluster(snapshot.nodes(), snapshot.namespaces());
        return new ReviewHandler(
                snapshots,
                new AdmissionMetrics(new SimpleMeterRegistry()),
                new DecisionLog(false, false),
                Clock.fixed(now, ZoneOffset.UTC),
                ReviewTracing.OFF);
    }
}
