package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.List;

/**
 * A profile field has a value that the API server refuses with 422 ({@code ValidateAppArmorProfileField}). Through a real API
 * server the validating webhook never sees one; manifests in files may have them.
 */
final class ProfileInvalid implements RuleCheck {

    private static final String FIX =
            "set type to RuntimeDefault, or to Localhost with the localhostProfile of a loaded profile";

    @Override
    public void examine(Examination examination) {
        if (examination.podLevel() && examination.workload().spec().profile() instanceof Profile.Invalid invalid) {
            examination.seePodLevel(Rule.PROFILE_INVALID, invalid.reason(), FIX, List.of());
        }
        for (JudgedContainer container : examination.containers()) {
            if (container.container().field() instanceof Profile.Invalid invalid) {
                examination.see(Rule.PROFILE_INVALID, container, invalid.reason(), FIX);
            }
        }
    }
}
