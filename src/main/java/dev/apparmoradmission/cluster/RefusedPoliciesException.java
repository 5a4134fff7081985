package dev.apparmoradmission.cluster;

import dev.apparmoradmission.wire.PolicyProblem;
import java.util.List;
import java.util.stream.Collectors;

/** The policies with which to start are not good. The message has one line a problem. */
public final class RefusedPoliciesException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<PolicyProblem> problems;

    RefusedPoliciesException(List<PolicyProblem> problems) {
        super(problems.stream().map(PolicyProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, with file, place and field. */
    public List<PolicyProblem> problems() {
        return problems;
    }
}
