package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.ProfileSource;
import java.util.List;

/**
 * {@code Unconfined} is declared on a container (field or beta annotation), or on the pod even if every container overrides
 * it: ephemeral containers that come later would inherit it, and Pod Security Admission refuses it too (semantics §5.1).
 */
final class UnconfinedDeclared implements RuleCheck {

    private static final String FIX = "use RuntimeDefault or a loaded Localhost profile";

    @Override
    public void examine(Examination examination) {
        if (examination.podLevel() && examination.workload().spec().profile() instanceof Profile.Unconfined) {
            examination.seePodLevel(
                    Rule.UNCONFINED,
                    "type Unconfined needs an exception",
                    FIX + examination.exceptionHint("\"*\""),
                    List.of());
        }
        for (JudgedContainer container : examination.containers()) {
            if (container.profile() instanceof Profile.Unconfined) {
                examination.see(
                        Rule.UNCONFINED,
                        container,
                        message(container.source()),
                        FIX + examination.exceptionHint("the container"));
            }
        }
    }

    private static String message(ProfileSource source) {
        return switch (source) {
            case ANNOTATION ->
                "its beta annotation says unconfined, which outranks the pod level and needs an exception";
            case POD_FIELD -> "type Unconfined, inherited from the pod, needs an exception";
            case CONTAINER_FIELD, NONE -> "type Unconfined needs an exception";
        };
    }
}
