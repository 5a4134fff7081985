package dev.apparmoradmission.wire;

import java.util.Optional;
import java.util.Set;

/**
 * The request of an AdmissionReview ({@code api/admission/v1/types.go}), as far as it is looked at.
 *
 * @param uid the request's uid, to be repeated in the answer
 * @param group the object's API group; empty for the core group
 * @param kind the object's kind
 * @param resource the resource's plural name
 * @param subResource the subresource; empty for none
 * @param namespace the namespace; empty for none
 * @param name the object's name; empty while the server has not made one yet
 * @param operation {@code CREATE}, {@code UPDATE}, {@code DELETE} or {@code CONNECT}
 * @param username who asks
 * @param groups that user's groups
 * @param dryRun whether nothing will be stored
 * @param object the object; absent for DELETE
 * @param oldObject the object as it is stored; absent for CREATE
 */
public record AdmissionRequest(
        String uid,
        String group,
        String kind,
        String resource,
        String subResource,
        String namespace,
        String name,
        String operation,
        String username,
        Set<String> groups,
        boolean dryRun,
        Optional<ManifestObject> object,
        Optional<ManifestObject> oldObject) {

    /** Copies the groups. */
    public AdmissionRequest {
        groups = Set.copyOf(groups);
    }
}
