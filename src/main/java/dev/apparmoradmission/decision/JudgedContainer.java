package dev.apparmoradmission.decision;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
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

    /** The container's name. */
    public String name() {
        return container.name();
    }
}
