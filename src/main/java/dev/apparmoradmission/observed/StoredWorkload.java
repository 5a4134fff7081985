package dev.apparmoradmission.observed;

import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.report.History;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pod or a template as a cluster holds it.
 *
 * @param kind its kind
 * @param object the object
 */
public record StoredWorkload(WorkloadKind kind, ManifestObject object) {

    /** A stored object stands in no file. */
    private static final Places NOWHERE = new Places(Map.of(), "", Place.START);

    /**
     * Judges it. A pod is judged as it is stored, as the validating door would: no default is written into it any more. A
     * template is judged as the pods that would be made from it.
     *
     * @return absent where there is nothing to judge: a ReplicationController without a template
     */
    public Optional<Judgement> judge(Snapshot snapshot, Instant now) {
        return decide(snapshot, now)
                .map(decision -> new Judgement(
                        "", 1, kind.kindName(), object.namespace(), object.name(), NOWHERE, decision, Set.of()));
    }

    /**
     * The way to its judgement.
     *
     * @return absent where there is nothing to judge, or it cannot be read
     */
    public Optional<Derivation> derive(Snapshot snapshot, Instant now) {
        try {
            return object.workload(object.namespace())
                    .map(read -> kind.isTemplate()
                            ? Derivation.of(read, snapshot, now)
                            : Derivation.ofStored(read, snapshot, now));
        } catch (UnreadableWorkloadException e) {
            return Optional.empty();
        }
    }

    /** The node that it is bound to; absent where it is not, or is no pod that can be read. */
    public Optional<String> node() {
        try {
            return object.workload(object.namespace())
                    .flatMap(read -> read.spec().placement().nodeName());
        } catch (UnreadableWorkloadException e) {
            return Optional.empty();
        }
    }

    /** As what it is judged. */
    public Operation operation() {
        return kind.isTemplate() ? Operation.Review.SHARED : new Operation.Create(Requester.ANYONE);
    }

    /**
     * Where it comes from, and what became of it since it was admitted.
     *
     * @param judgement what {@link #judge} said
     * @param admissionSince since when the API server asks the webhook, where that is known
     */
    public History history(Judgement judgement, Optional<Instant> admissionSince) {
        return new History(object.controller(), object.created(), drifts(judgement, admissionSince));
    }

    private List<Drift> drifts(Judgement judgement, Optional<Instant> admissionSince) {
        if (kind.isTemplate()) {
            return List.of();
        }
        try {
            return object.workload(object.namespace())
                    .map(pod -> Drift.of(pod, judgement.decision(), object.created(), admissionSince))
                    .orElse(List.of());
        } catch (UnreadableWorkloadException e) {
            return List.of();
        }
    }

    private Optional<Decision> decide(Snapshot snapshot, Instant now) {
        Operation operation = operation();
        try {
            Optional<Workload> workload = object.workload(object.namespace());
            return workload.map(read -> Decider.decide(read, operation, snapshot, now));
        } catch (UnreadableWorkloadException e) {
            return Optional.of(new UnreadableWorkload(kind, object.namespace(), e.path(), e.problem())
                    .decide(operation, snapshot));
        }
    }
}
