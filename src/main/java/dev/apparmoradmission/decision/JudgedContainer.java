package dev.apparmoradmission.decision;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.ProfileSource;
import dev.apparmoradmission.workload.Workload;

/**
 * A container with the profile that counts for it.
 *
 * @param container the container
 * @param profile its effective profile
 * @param source where that is declared
 * @param path the container's path in the object
 */
public record JudgedContainer(Container container, Profile profile, ProfileSource source, String path) {

    static JudgedContainer of(Workload workload, Container container) {
        var effective = workload.effective(container);
        return new JudgedContainer(container, effective.profile(), effective.source(), workload.path(container));
    }

    /** Whether it declares a profile that a node without AppArmor cannot give. */
    public boolean requiresAppArmor() {
        return profile instanceof Profile.RuntimeDefault || profile instanceof Profile.Localhost;
    }

    /** Whether kubelet, runtime and kernel make of it what they make of another container of its pod, whatever the node. */
    public boolean faresLike(JudgedContainer other) {
        return profile.equals(other.profile)
                && container.privileged() == other.container.privileged()
                && isEphemeral() == other.isEphemeral();
    }

    /** Whether it is added to a pod that runs. */
    boolean isEphemeral() {
        return container.kind() == ContainerKind.EPHEMERAL;
    }

    /** The container's name. */
    public String name() {
        return container.name();
    }
}
