package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.ProfileSource;
import java.util.List;

/**
 * What is declared for a container and what will come of it.
 *
 * @param name its name
 * @param path its path in the object
 * @param profile its effective profile
 * @param source where that is declared
 * @param confinement what the kernel will do, on the worst eligible node
 * @param worst the eligible nodes from which the confinement comes; empty where it has nothing to do with nodes
 */
public record ContainerVerdict(
        String name, String path, Profile profile, ProfileSource source, Confinement confinement, List<Part> worst) {
    /** Copies the list. */
    public ContainerVerdict {
        worst = List.copyOf(worst);
    }

    /** The names of the nodes from which the confinement comes, sorted; empty where it has nothing to do with nodes. */
    public List<String> nodes() {
        return worst.stream()
                .flatMap(part -> part.members().stream())
                .map(member -> member.node().name())
                .sorted()
                .toList();
    }
}
