package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was decided, and everything that any door needs to say about it.
 *
 * @param evaluated whether the operation needed a judgement; otherwise everything below is empty and it is allowed
 * @param policies names of the policies that hold for the workload, sorted
 * @param policyHash the hash of the policy set that was used
 * @param containers each judged container with its confinement
 * @param findings what the rules found, in the order of the containers
 * @param patch the default to write; empty in dry-run audit mode
 * @param intendedPatch the default that would be written without dry-run audit mode
 * @param notes further warnings that no rule stands behind, one line each
 * @param exceptions each exception that was looked at, accepted or not, by policy and finding
 */
public record Decision(
        boolean evaluated,
        List<String> policies,
        String policyHash,
        List<ContainerVerdict> containers,
        List<Finding> findings,
        List<PatchOperation> patch,
        List<PatchOperation> intendedPatch,
        List<String> notes,
        List<ExceptionStanding> exceptions) {

    /** Copies the lists. */
    public Decision {
        policies = List.copyOf(policies);
        containers = List.copyOf(containers);
        findings = List.copyOf(findings);
        patch = List.copyOf(patch);
        intendedPatch = List.copyOf(intendedPatch);
        notes = List.copyOf(notes);
        exceptions = List.copyOf(exceptions);
    }

    /** A decision for which no exception was looked at. */
    public Decision(
            boolean evaluated,
            List<String> policies,
            String policyHash,
            List<ContainerVerdict> containers,
            List<Finding> findings,
            List<PatchOperation> patch,
            List<PatchOperation> intendedPatch,
            List<String> notes) {
        this(evaluated, policies, policyHash, containers, findings, patch, intendedPatch, notes, List.of());
    }

    static Decision notEvaluated(String policyHash) {
        return new Decision(false, List.of(), policyHash, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** Whether it is allowed: nothing was found that is enforced. */
    public boolean allowed() {
        for (Finding finding : findings) {
            if (finding.action() == Action.ENFORCE) {
                return false;
            }
        }
        return true;
    }

    /** Whether it would be allowed if dry-run audit mode were off. */
    public boolean wouldBeAllowed() {
        for (Finding finding : findings) {
            if (finding.intended() == Action.ENFORCE) {
                return false;
            }
        }
        return true;
    }

    /** The findings with this action. */
    public List<Finding> findings(Action action) {
        List<Finding> those = new ArrayList<>(findings.size());
        for (Finding finding : findings) {
            if (finding.action() == action) {
                those.add(finding);
            }
        }
        return Collections.unmodifiableList(those);
    }
}
