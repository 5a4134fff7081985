package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;

/**
 * The name of a Localhost profile is outside {@code localhost.allowed}, or of a form that means something else to a runtime or
 * the kernel: reserved, namespaced, stacked, padded with {@code localhost/} (semantics §4.3).
 */
final class LocalhostNotAllowed implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        for (JudgedContainer container : examination.containers()) {
            if (container.profile() instanceof Profile.Localhost localhost) {
                examine(examination, container, localhost.name());
            }
        }
    }

    private static void examine(Examination examination, JudgedContainer container, String name) {
        NameForm form = NameForm.of(name);
        if (form != NameForm.PLAIN) {
            examination.see(
                    Rule.LOCALHOST_NOT_ALLOWED,
                    container,
                    "localhostProfile " + Quoted.of(name) + " " + form.explanation(),
                    "name one loaded profile exactly as the node lists it");
        } else if (!Glob.any(examination.policy().localhost().allowed(), name)) {
            examination.see(
                    Rule.LOCALHOST_NOT_ALLOWED,
                    container,
                    "localhostProfile " + Quoted.of(name) + " is not among the names that policy "
                            + Quoted.of(examination.policy().name()) + " allows",
                    "use an allowed profile, or have the name added to localhost.allowed");
        }
    }
}
