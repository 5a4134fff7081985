package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.Rule;
import java.util.List;
import java.util.Optional;

/**
 * An exception that was looked at under a policy, and what came of it. Grants that were not asked for and are about other pods
 * are not among them.
 *
 * @param policy the policy by whose terms it was judged
 * @param grant the grant's name, whether there is such a grant or not; empty for one by annotation
 * @param claimed whether the pod asks for it; a grant may need no claim
 * @param need what it was looked at for; absent for a claim that nothing needs
 * @param documentation why, who and until when; all empty where there is no such grant
 * @param faults why it is not accepted; none where it is
 * @param controls the compensating controls that are asked of the container, by name, sorted; none where nothing needs it
 * @param unmet those of them that it lacks
 */
public record ExceptionStanding(
        String policy,
        Optional<String> grant,
        boolean claimed,
        Optional<Need> need,
        Documentation documentation,
        List<ExceptionFault> faults,
        List<String> controls,
        List<String> unmet) {

    /**
     * What an exception is needed for.
     *
     * @param rule the rule that found something
     * @param container the container's name; empty for the pod level
     * @param path the container's, or the pod-level security context's, path in the object
     */
    public record Need(Rule rule, String container, String path) {}

    /** Copies the lists. */
    public ExceptionStanding {
        faults = List.copyOf(faults);
        controls = List.copyOf(controls);
        unmet = List.copyOf(unmet);
    }

    /** One line: where it comes from and what documents it. */
    public String describe() {
        return AcceptedException.describe(grant, documentation);
    }

    /** Whether a finding is excused by it. */
    public boolean isAccepted() {
        return need.isPresent() && faults.isEmpty();
    }

    /** Whether something is wrong with it of this kind. */
    public boolean has(ExceptionFault.Kind kind) {
        return faults.stream().anyMatch(fault -> fault.kind() == kind);
    }
}
