package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.List;
import java.util.Optional;

/**
 * The named profile is not loaded on every eligible node (with {@code localhost.nodes: Any}: no eligible node holds all
 * Localhost profiles of the pod). There its container would wait in CreateContainerError (semantics §3.3; node-truth 10).
 */
final class LocalhostNotLoaded implements RuleCheck {

    @Override
    public void examine(Examination examination) {
        if (examination.ignores(Rule.LOCALHOST_NOT_LOADED)) {
            return;
        }
        boolean anyNodeSuffices = examination.anyNodeSuffices();
        for (int i = 0; i < examination.containers().size(); i++) {
            JudgedContainer container = examination.containers().get(i);
            if (!(container.profile() instanceof Profile.Localhost localhost)) {
                continue;
            }
            List<Part> missing =
                    examination.lookups().get(i).parts(confinement -> confinement.isBecause(Cause.PROFILE_NOT_LOADED));
            if (missing.isEmpty() || anyNodeSuffices) {
                continue;
            }
            List<String> nodes = Examination.names(missing);
            examination.see(
                    Rule.LOCALHOST_NOT_LOADED,
                    container,
                    "Localhost profile " + Quoted.of(localhost.name()) + " is not loaded on "
                            + examination.share(nodes),
                    fix(
                            localhost.name(),
                            missing,
                            missing.size() == examination.eligible().parts().size()),
                    nodes,
                    Action.ENFORCE);
        }
    }

    private static String fix(String name, List<Part> missing, boolean everywhere) {
        // A name that some node does know is no slip of the finger.
        Optional<String> near = everywhere
                ? NearestName.among(
                        name, missing.get(0).appArmor().profiles().modes().keySet())
                : Optional.empty();
        return near.map(other -> "did you mean " + Quoted.of(other) + "? ").orElse("")
                + "load it there, or keep the pod to nodes that have it with a nodeSelector";
    }
}
