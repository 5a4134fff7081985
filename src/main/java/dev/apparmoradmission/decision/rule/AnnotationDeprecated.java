package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.ProfileSource;

/**
 * The beta annotation is the only source of the profile. Servers 1.30 to 1.33 write it themselves beside the fields, so one
 * that only repeats the pod level is no sign of the user's intent (semantics §2.2).
 */
final class AnnotationDeprecated implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        for (JudgedContainer container : examination.containers()) {
            if (container.source() == ProfileSource.ANNOTATION
                    && !container.profile().equals(examination.workload().spec().profile())) {
                examination.see(
                        Rule.ANNOTATION_DEPRECATED,
                        container,
                        "its profile comes from the beta annotation alone, deprecated since v1.30",
                        "set securityContext.appArmorProfile instead");
            }
        }
    }
}
