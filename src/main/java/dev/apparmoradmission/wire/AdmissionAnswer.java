package dev.apparmoradmission.wire;

import dev.apparmoradmission.decision.PatchOperation;
import java.util.List;
import java.util.Map;

/**
 * What a webhook answers.
 *
 * @param uid the request's uid
 * @param allowed whether it is allowed
 * @param message why not, one line; empty where it is allowed
 * @param causes the same for programs; empty where it is allowed
 * @param patch what to change; only a mutating webhook may have one, and only where it is allowed
 * @param warnings what the user is told besides
 * @param auditAnnotations what the audit log is told; keys without prefix
 */
public record AdmissionAnswer(
        String uid,
        boolean allowed,
        String message,
        List<Cause> causes,
        List<PatchOperation> patch,
        List<String> warnings,
        Map<String, String> auditAnnotations) {

    /** Copies the collections. */
    public AdmissionAnswer {
        causes = List.copyOf(causes);
        patch = List.copyOf(patch);
        warnings = List.copyOf(warnings);
        auditAnnotations = Map.copyOf(auditAnnotations);
    }

    /**
     * One cause ({@code meta/v1} StatusCause).
     *
     * @param field the path of the field
     * @param reason the rule's id
     * @param message what is wrong
     */
    public record Cause(String field, String reason, String message) {}

    /** Allowed, with nothing to say. */
    public static AdmissionAnswer allowed(String uid) {
        return new AdmissionAnswer(uid, true, "", List.of(), List.of(), List.of(), Map.of());
    }
}
