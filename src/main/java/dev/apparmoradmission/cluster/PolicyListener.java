package dev.apparmoradmission.cluster;

import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.PolicyProblem;
import java.util.List;

/** Told of every change of the policy files, one call at a time. */
public interface PolicyListener {

    /** The policies with which the watch starts; told before it looks for changes, so that no later set can be overtaken. */
    default void started(PolicySet set) {}

    /** The files changed and are good: from now on this set is in force, as a whole. */
    void accepted(PolicySet set);

    /**
     * The files changed and are not good.
     *
     * @param problems what is wrong, with file, place and field
     * @param inForce the last good set, which stays in force as a whole
     */
    void refused(List<PolicyProblem> problems, PolicySet inForce);
}
