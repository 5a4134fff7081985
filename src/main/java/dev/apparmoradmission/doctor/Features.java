package dev.apparmoradmission.doctor;

import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;

/**
 * What of the product an installation uses, by its policies.
 *
 * @param placement whether pods are steered, held or pinned
 */
record Features(boolean placement) {

    static Features of(Facts facts) {
        return new Features(PolicyFacts.set(facts)
                .filter(set -> set.policies().stream().anyMatch(Features::places))
                .isPresent());
    }

    private static boolean places(AppArmorPolicy policy) {
        return policy.localhost().placement() != Placement.PROVE
                || policy.defaultProfile().onUnsupportedNode() == OnUnsupportedNode.PIN;
    }
}
