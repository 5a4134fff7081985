package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.wire.AdmissionAnswer;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.wire.AdmissionReviewWriter;
import dev.apparmoradmission.wire.NotAnAdmissionReviewException;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;

/** From the bytes of a review to those of its answer, whatever carries them. Safe for use by several threads. */
final class ReviewHandler {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");

    private final SnapshotStore snapshots;
    private final AdmissionMetrics metrics;
    private final DecisionLog log;
    private final Clock clock;
    private final ReviewTracing tracing;
    private final AdmissionReviewReader reader = new AdmissionReviewReader();
    private final AdmissionReviewWriter writer = new AdmissionReviewWriter();

    ReviewHandler(
            SnapshotStore snapshots, AdmissionMetrics metrics, DecisionLog log, Clock clock, ReviewTracing tracing) {
        this.snapshots = snapshots;
        this.metrics = metrics;
        this.log = log;
        this.clock = clock;
        this.tracing = tracing;
    }

    /**
     * Answers a review.
     *
     * @param door where it came in
     * @param body its bytes, and perhaps others behind them; nothing of them is kept
     * @param length how many of them are its
     * @param own whether it is one of our own, which is recorded nowhere
     * @param parent the trace that it belongs to
     * @throws NotAnAdmissionReviewException if there is nothing to be judged
     */
    byte[] answer(Door door, byte[] body, int length, boolean own, Optional<String> parent)
            throws NotAnAdmissionReviewException {
        AdmissionRequest request;
        try {
            request = reader.read(body, length);
        } catch (RuntimeException e) {
            // Bytes that a reader stumbles over are bad bytes; which ones, the log tells.
            LOG.error("reading a review failed", e);
            throw new NotAnAdmissionReviewException("the body cannot be read as an AdmissionReview");
        }
        return writer.write(review(door, request, own, parent));
    }

    private AdmissionAnswer review(Door door, AdmissionRequest request, boolean own, Optional<String> parent) {
        Optional<Snapshot> snapshot = snapshots.current();
        if (snapshot.isEmpty()) {
            return Answers.notReady(request.uid());
        }
        long start = System.nanoTime();
        Ruling ruling;
        AdmissionAnswer answer;
        try {
            ruling = Admission.judge(door, request, snapshot.get(), clock.instant());
            answer = Answers.of(ruling, snapshot.get().dryRun());
        } catch (RuntimeException | StackOverflowError e) {
            // Fail closed: without a decision the pod could run unconfined.
            ruling = Ruling.failed(door, request);
            answer = Answers.of(ruling, snapshot.get().dryRun());
            log.failure(ruling, e);
        }
        if (!own) {
            long nanoseconds = System.nanoTime() - start;
            metrics.record(ruling, nanoseconds);
            log.record(ruling, answer);
            tracing.answered(parent, ruling, snapshot.get().dryRun(), nanoseconds);
        }
        return answer;
    }
}
