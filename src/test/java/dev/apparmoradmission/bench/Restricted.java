package dev.apparmoradmission.bench;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The terms of {@code policies/restricted.yaml}, without the bytes. */
public final class Restricted {

    private Restricted() {}

    /** Everything that a decision about a pod on these nodes goes by. */
    public static Snapshot on(ClusterNodes nodes) {
        AppArmorPolicy restricted = new AppArmorPolicy(
                "restricted",
                Action.ENFORCE,
                new Match(
                        List.of(new Glob("*")),
                        List.of(new Glob("kube-system"), new Glob("kube-node-lease")),
                        LabelSelector.EVERYTHING,
                        Set.of()),
                new DefaultProfile(Profile.RuntimeDefault.SHARED, OnUnsupportedNode.DENY),
                Map.of(Rule.PRIVILEGED, Action.ENFORCE),
                LocalhostTerms.USUAL,
                ExceptionTerms.USUAL,
                Action.WARN);
        return new Snapshot(PolicySet.of(List.of(restricted), List.of(), "bench"), nodes, Namespaces.UNKNOWN, false);
    }
}
