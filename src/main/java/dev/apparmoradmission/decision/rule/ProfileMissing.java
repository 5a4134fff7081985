package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;

/** A container still has no declared profile when it is validated: no default was applied. */
final class ProfileMissing implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        for (JudgedContainer container : examination.containers()) {
            if (container.profile() instanceof Profile.Undeclared) {
                examination.see(
                        Rule.PROFILE_MISSING,
                        container,
                        "no AppArmor profile is declared",
                        "set securityContext.appArmorProfile.type to RuntimeDefault");
            }
        }
    }
}
