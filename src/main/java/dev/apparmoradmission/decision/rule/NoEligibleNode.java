package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;

/**
 * A Localhost profile is used and no known node can take the pod. It stays Pending until a node appears (scale from zero),
 * of which nobody can say yet whether it holds the profile (semantics §6.7).
 */
final class NoEligibleNode implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        if (!examination.inventoried() || !examination.eligible().isEmpty()) {
            return;
        }
        for (JudgedContainer container : examination.containers()) {
            if (container.profile() instanceof Profile.Localhost localhost) {
                if (examination.policy().localhost().placement() == Placement.STEER) {
                    examination.see(
                            Rule.NO_ELIGIBLE_NODE,
                            container,
                            "no node that the pod may use holds Localhost profile " + Quoted.of(localhost.name())
                                    + " in an accepted mode; it will wait for one",
                            "load it there, and check its name, nodeSelector, affinity and tolerations");
                    continue;
                }
                examination.see(
                        Rule.NO_ELIGIBLE_NODE,
                        container,
                        "no known node can take the pod, so nothing says whether Localhost profile "
                                + Quoted.of(localhost.name()) + " will be loaded where it lands",
                        "check nodeSelector, affinity and tolerations, or see that new nodes load the profile");
            }
        }
    }
}
