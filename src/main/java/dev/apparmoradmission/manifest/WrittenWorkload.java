package dev.apparmoradmission.manifest;

import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.wire.Places;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.Set;

/**
 * An object of a manifest that makes pods.
 *
 * @param file the file as it was given; {@code -} for standard input
 * @param document the document in the file, counted from 1
 * @param kind the kind of the object
 * @param namespace its namespace; {@code default} where the manifest gives none
 * @param name its name; may be empty
 * @param places where its parts stand in the file
 * @param content the workload, or why it is none
 */
public record WrittenWorkload(
        String file, int document, String kind, String namespace, String name, Places places, Content content) {

    /** What was read of it. */
    public sealed interface Content {}

    /**
     * A workload.
     *
     * @param workload the workload
     */
    public record Understood(Workload workload) implements Content {}

    /**
     * Its structure is not the API's.
     *
     * @param workload what is known of it
     */
    public record NotUnderstood(UnreadableWorkload workload) implements Content {}

    /** Judges it as the webhook would judge the pods that come of it. */
    public Judgement judge(Snapshot snapshot, Instant now) {
        return judged(decision(snapshot, now));
    }

    /** It and what was decided about it. */
    public Judgement judged(Decision decision) {
        return new Judgement(file, document, kind, namespace, name, places, decision, Set.of());
    }

    private Decision decision(Snapshot snapshot, Instant now) {
        if (content instanceof Understood understood) {
            return Decider.decide(understood.workload(), Operation.Review.SHARED, snapshot, now);
        }
        return ((NotUnderstood) content).workload().decide(Operation.Review.SHARED, snapshot);
    }
}
