package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.List;

/**
 * A profile is required (declared by container, annotation or pod level, or asked for by the policy's default) and an eligible
 * node has AppArmor off. The kubelet there fails the whole pod, and its controller replaces it without end (semantics §3.2);
 * the pod level counts even if every container overrides it (node-truth 27c).
 */
final class AppArmorUnavailable implements RuleCheck {

    private static final String FIX = "keep the pod off such nodes: a nodeSelector, or without the toleration";

    @Override
    public void examine(Examination examination) {
        List<Part> off = examination.eligible().withoutAppArmor();
        if (off.isEmpty() || examination.ignores(Rule.APPARMOR_UNAVAILABLE)) {
            return;
        }
        List<String> nodes = Examination.names(off);
        String message = "AppArmor is not available on " + examination.share(nodes);
        boolean seen = false;
        for (JudgedContainer container : examination.containers()) {
            if (container.requiresAppArmor() || needsDefault(examination, container)) {
                examination.see(Rule.APPARMOR_UNAVAILABLE, container, message, FIX, nodes, Action.ENFORCE);
                seen = true;
            }
        }
        if (!seen && examination.podLevel() && examination.workload().requiresAppArmor()) {
            examination.seePodLevel(Rule.APPARMOR_UNAVAILABLE, message, FIX, nodes);
        }
    }

    /** Not defaulted, because the default would break the pod on those nodes; without it the pod would run unconfined there. */
    private static boolean needsDefault(Examination examination, JudgedContainer container) {
        var byDefault = examination.policy().defaultProfile();
        return !container.profile().isDeclared()
                && !(byDefault.profile() instanceof Profile.Undeclared)
                && byDefault.onUnsupportedNode() != OnUnsupportedNode.SKIP;
    }
}
