package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which requests are judged, and how each is put to the {@link Decider}: pods when created or changed, ephemeral containers
 * when added, pod templates, and Bindings. Everything else is allowed unseen, other subresources of pods included: none of
 * them can change a profile (semantics §1.6).
 */
final class Admission {

    private static final String CREATE = "CREATE";
    private static final String UPDATE = "UPDATE";

    private Admission() {}

    /** Judges one review. */
    static Ruling judge(Door door, AdmissionRequest request, Snapshot snapshot, Instant now) {
        boolean create = request.operation().equals(CREATE);
        boolean update = request.operation().equals(UPDATE);
        Optional<ManifestObject> object = request.object();
        if (!create && !update || object.isEmpty()) {
            return Ruling.skipped(door, request);
        }
        if (Bindings.isBinding(request, object.get())) {
            return door == Door.MUTATE
                    ? Ruling.skipped(door, request)
                    : Bindings.judge(object.get(), request.namespace(), snapshot)
                            .map(decision -> ruling(door, request, decision, snapshot))
                            .orElseGet(() -> Ruling.skipped(door, request));
        }
        Optional<WorkloadKind> kind = kind(request, object.get());
        boolean ephemeral = request.subResource().equals("ephemeralcontainers");
        if (kind.isEmpty() || !request.subResource().isEmpty() && !ephemeral) {
            return Ruling.skipped(door, request);
        }
        boolean pod = kind.get() == WorkloadKind.POD;
        if (door == Door.MUTATE && !(pod && (create && !ephemeral || update && ephemeral))) {
            // A patch of a template never stops growing ReplicaSets, one of a stored pod is a 422 (semantics §1.6,
            // §2.5).
            return Ruling.skipped(door, request);
        }
        return decide(door, request, object.get(), kind.get(), snapshot, now)
                .map(decision -> ruling(door, request, decision, snapshot))
                .orElseGet(() -> Ruling.skipped(door, request));
    }

    private static Optional<Decision> decide(
            Door door,
            AdmissionRequest request,
            ManifestObject object,
            WorkloadKind kind,
            Snapshot snapshot,
            Instant now) {
        Requester requester = new Requester(request.username(), request.groups());
        Workload workload;
        try {
            if (object.workloadKind().filter(kind::equals).isEmpty()) {
                return Optional.of(unreadable(kind, "object", "is not a " + kind.kindName(), request, snapshot));
            }
            Optional<Workload> read = object.workload(request.namespace());
            if (read.isEmpty()) {
                return Optional.empty();
            }
            workload = read.get();
        } catch (UnreadableWorkloadException e) {
            return Optional.of(unreadable(kind, e.path(), e.problem(), request, snapshot));
        }
        Operation operation;
        if (request.operation().equals(CREATE)) {
            operation = new Operation.Create(requester);
        } else {
            Optional<Workload> stored = stored(request);
            boolean ephemeral = request.subResource().equals("ephemeralcontainers");
            if (stored.isEmpty() && ephemeral) {
                // Claims are believed of the stored pod alone; without it nothing can be, so the answer is no.
                return Optional.of(unreadable(kind, "oldObject", "is missing or cannot be read", request, snapshot));
            }
            if (stored.isEmpty() && workload.deleting()) {
                return Optional.empty();
            }
            // Without the stored object nobody can tell that the change does not matter: the whole of it is judged.
            operation = stored.map(old -> ephemeral
                            ? (Operation) new Operation.AddEphemeralContainers(requester, old)
                            : new Operation.Update(requester, old))
                    .orElseGet(() -> new Operation.Create(requester));
        }
        Decision decision = Decider.decide(workload, operation, snapshot, now);
        return Optional.of(door == Door.MUTATE ? patchOnly(decision) : decision);
    }

    private static Decision unreadable(
            WorkloadKind kind, String path, String problem, AdmissionRequest request, Snapshot snapshot) {
        Requester requester = new Requester(request.username(), request.groups());
        return new UnreadableWorkload(kind, request.namespace(), path, problem)
                .decide(new Operation.Create(requester), snapshot);
    }

    private static Optional<Workload> stored(AdmissionRequest request) {
        try {
            Optional<ManifestObject> old = request.oldObject();
            return old.isEmpty() ? Optional.empty() : old.get().workload(request.namespace());
        } catch (UnreadableWorkloadException e) {
            return Optional.empty();
        }
    }

    /**
     * The mutating door sees a pod before the API server has validated it and before other webhooks have had their say, so what
     * it finds is not yet true: the validating door tells it (semantics §2.4).
     */
    private static Decision patchOnly(Decision decision) {
        return new Decision(
                decision.evaluated(),
                decision.policies(),
                decision.policyHash(),
                decision.containers(),
                List.of(),
                decision.patch(),
                decision.intendedPatch(),
                List.of());
    }

    /** The kind of workload that the request or its object speaks of; both do in what an API server sends. */
    private static Optional<WorkloadKind> kind(AdmissionRequest request, ManifestObject object) {
        Optional<WorkloadKind> requested = WorkloadKind.of(groupVersion(request.group()), request.kind());
        return requested.isPresent() ? requested : object.workloadKind();
    }

    private static String groupVersion(String group) {
        return group.isEmpty() ? "v1" : group + "/v1";
    }

    private static Ruling ruling(Door door, AdmissionRequest request, Decision decision, Snapshot snapshot) {
        return new Ruling(door, request, Optional.of(decision), mode(decision, snapshot), false);
    }

    private static String mode(Decision decision, Snapshot snapshot) {
        if (!decision.evaluated()) {
            return Ruling.SKIPPED;
        }
        if (snapshot.dryRun()) {
            return Ruling.DRY_RUN;
        }
        Action strictest = Action.IGNORE;
        for (AppArmorPolicy policy : snapshot.policies().policies()) {
            if (policy.mode().compareTo(strictest) > 0 && decision.policies().contains(policy.name())) {
                strictest = policy.mode();
            }
        }
        return strictest == Action.IGNORE ? Ruling.NO_POLICY : strictest.policyName();
    }
}
