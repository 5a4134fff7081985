package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinements;
import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.List;

/**
 * A privileged container on which the eligible nodes' runtimes apply no profile: RuntimeDefault is dropped by every runtime,
 * a Localhost profile by all but containerd (semantics §3.4; node-truth 15 to 17). Declaring Unconfined does not get around it.
 */
final class PrivilegedUnconfined implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        if (examination.ignores(Rule.PRIVILEGED)) {
            return;
        }
        for (int i = 0; i < examination.containers().size(); i++) {
            JudgedContainer container = examination.containers().get(i);
            if (!container.container().privileged()) {
                continue;
            }
            if (container.profile() instanceof Profile.Localhost) {
                localhost(examination, i, container);
            } else {
                examination.see(
                        Rule.PRIVILEGED,
                        container,
                        "privileged: the runtime applies no AppArmor profile to it",
                        "drop privileged, or name a Localhost profile (containerd applies it)"
                                + examination.exceptionHint("the container"));
            }
        }
    }

    private static void localhost(Examination examination, int index, JudgedContainer container) {
        Confinements row = examination.confinements().get(index);
        boolean[] ignoring = row.kindsThat(confinement -> confinement.isBecause(Cause.PRIVILEGED));
        for (int kind = 0; kind < ignoring.length; kind++) {
            NodeAppArmor node = row.kinds().example(kind);
            // A runtime that is not known may ignore the profile, whatever else may go wrong with it.
            ignoring[kind] |= node.runtime() == ContainerRuntime.UNKNOWN && node.state() == NodeAppArmor.State.ENABLED;
        }
        List<Part> parts = row.kinds().parts(ignoring);
        if (!parts.isEmpty()) {
            List<String> nodes = Examination.names(parts);
            examination.see(
                    Rule.PRIVILEGED,
                    container,
                    "privileged: the runtime ignores its Localhost profile on " + examination.share(nodes),
                    "drop privileged, or keep the pod to nodes that run containerd",
                    nodes,
                    Action.ENFORCE);
        }
    }
}
