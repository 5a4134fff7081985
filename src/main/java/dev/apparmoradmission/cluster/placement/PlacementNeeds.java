package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.PolicySet;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the policies in force ask of the leader.
 *
 * @param steered names of profiles that pods are steered by
 * @param pinned whether nodes with AppArmor on have to be told by a label
 * @param held whether pods may be held behind a gate
 * @param maxAge how long a node's list is believed; absent for ever
 */
record PlacementNeeds(List<Glob> steered, boolean pinned, boolean held, Optional<Duration> maxAge) {

    /** Nothing. */
    static final PlacementNeeds NONE = new PlacementNeeds(List.of(), false, false, Optional.empty());

    PlacementNeeds {
        steered = List.copyOf(steered);
    }

    /**
     * What these policies need. Several of them may hold for one pod, and labels know nothing of policies: the least patient
     * one decides how long a list is believed.
     */
    static PlacementNeeds of(PolicySet policies) {
        List<LocalhostTerms> terms =
                policies.policies().stream().map(AppArmorPolicy::localhost).toList();
        return new PlacementNeeds(
                terms.stream()
                        .filter(localhost -> localhost.placement() == Placement.STEER)
                        .flatMap(localhost -> localhost.allowed().stream())
                        .distinct()
                        .toList(),
                policies.policies().stream()
                        .anyMatch(policy -> policy.defaultProfile().onUnsupportedNode() == OnUnsupportedNode.PIN),
                terms.stream().anyMatch(localhost -> localhost.placement() == Placement.HOLD),
                terms.stream().flatMap(localhost -> localhost.maxAge().stream()).min(Comparator.naturalOrder()));
    }

    /** Whether no policy needs a leader. */
    boolean isIdle() {
        return steered.isEmpty() && !pinned && !held;
    }
}
