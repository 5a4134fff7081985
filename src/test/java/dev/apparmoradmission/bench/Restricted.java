package dev.apparmoradmission.bench;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import java.util.List;

/** The terms of {@code policies/restricted.yaml}, without the bytes. */
public final class Restricted {

    private Restricted() {}

    /** Everything that a decision about a pod on these nodes goes by. */
    public static Snapshot on(ClusterNodes nodes) {
        PolicySet policies = PolicySet.of(List.of(World.strict()), List.of(), "bench");
        return new Snapshot(policies, nodes, Namespaces.UNKNOWN, false);
    }
}
