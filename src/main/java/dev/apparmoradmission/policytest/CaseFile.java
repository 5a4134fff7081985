package dev.apparmoradmission.policytest;

import dev.apparmoradmission.wire.PolicyProblem;
import java.util.List;

/**
 * A file with cases, read.
 *
 * @param cases its cases; none where there is a problem
 * @param problems what is wrong with it
 */
public record CaseFile(List<PolicyCase> cases, List<PolicyProblem> problems) {

    /** Copies the lists. */
    public CaseFile {
        cases = List.copyOf(cases);
        problems = List.copyOf(problems);
    }
}
