package dev.apparmoradmission.workload;

import dev.apparmoradmission.profile.Profile;

/**
 * A container of any kind, as far as confinement needs it.
 *
 * @param kind which list it stands in
 * @param index its place in that list, from 0
 * @param name its name; empty where the manifest gives none
 * @param image its image reference; empty where the manifest gives none
 * @param field what {@code securityContext.appArmorProfile} declares
 * @param hasSecurityContext whether the manifest has one at all, which a patch needs to know
 * @param privileged {@code securityContext.privileged}
 * @param hardening what else its security context restrains
 */
public record Container(
        ContainerKind kind,
        int index,
        String name,
        String image,
        Profile field,
        boolean hasSecurityContext,
        boolean privileged,
        Hardening hardening) {

    /** The path below the pod spec, such as {@code initContainers[0]}. */
    public String pathInSpec() {
        return kind.field() + "[" + index + "]";
    }

    /** This container with another profile in its own security context. */
    public Container withField(Profile profile) {
        return new Container(kind, index, name, image, profile, true, privileged, hardening);
    }
}
