package dev.apparmoradmission.policytest;

import dev.apparmoradmission.policytest.PolicyCase.Outcome;
import java.util.List;

/**
 * A case that was run.
 *
 * @param test the case
 * @param outcome what came of it
 * @param differences in what that differs from what was expected
 */
public record CaseResult(PolicyCase test, Outcome outcome, List<Difference> differences) {

    /** Copies the list. */
    public CaseResult {
        differences = List.copyOf(differences);
    }

    /** Runs a case. */
    public static CaseResult of(PolicyCase test) {
        Outcome outcome = test.run();
        return new CaseResult(test, outcome, Comparison.of(test.expected(), outcome));
    }

    /** Whether it came out as expected. */
    public boolean passed() {
        return differences.isEmpty();
    }
}
