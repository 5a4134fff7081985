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
        Optional<Missing> missing = Optional.empty();
        for (int i = 0; i < examination.containers().size(); i++) {
            JudgedContainer container = examination.containers().get(i);
            // Containers of a pod mostly have one profile, and thousands of nodes may lack it.
            boolean again =
                    i > 0 && container.faresLike(examination.containers().get(i - 1));
            missing = again ? missing : missing(examination, i);
            if (missing.isPresent()) {
                examination.see(
                        Rule.LOCALHOST_NOT_LOADED,
                        container,
                        missing.get().message(),
                        missing.get().fix(),
                        missing.get().nodes(),
                        Action.ENFORCE);
            }
        }
    }

    /** What is told of a profile, and the nodes that lack it. */
    private record Missing(String message, String fix, List<String> nodes) {}

    private static Optional<Missing> missing(Examination examination, int container) {
        if (!(examination.containers().get(container).profile() instanceof Profile.Localhost localhost)) {
            return Optional.empty();
        }
        List<Part> parts = examination
                .lookups()
                .get(container)
                .parts(confinement -> confinement.isBecause(Cause.PROFILE_NOT_LOADED));
        if (parts.isEmpty() || examination.anyNodeSuffices()) {
            return Optional.empty();
        }
        List<String> nodes = Examination.names(parts);
        String name = localhost.name();
        return Optional.of(new Missing(
                "Localhost profile " + Quoted.of(name) + " is not loaded on " + examination.share(nodes),
                fix(name, parts, parts.size() == examination.eligible().parts().size()),
                nodes));
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
