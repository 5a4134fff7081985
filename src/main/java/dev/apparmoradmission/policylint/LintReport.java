package dev.apparmoradmission.policylint;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** A form of report. */
interface LintReport {

    /** Writes the report and flushes it. */
    void write(Result result) throws IOException;

    /**
     * What came of an examination.
     *
     * @param policyHash the policies
     * @param now the instant
     * @param policies how many policies there are
     * @param grants how many grants there are
     * @param findings what was found
     * @param unexamined what could not be examined for want of facts, a line each
     * @param problems what could not be read, a line each; it has been told on standard error already
     */
    record Result(
            String policyHash,
            Instant now,
            int policies,
            int grants,
            List<LintFinding> findings,
            List<String> unexamined,
            List<String> problems) {

        /** Copies the lists. */
        public Result {
            findings = List.copyOf(findings);
            unexamined = List.copyOf(unexamined);
            problems = List.copyOf(problems);
        }

        /** How many of that severity there are that nobody says are meant so. */
        long count(Severity severity) {
            return findings.stream()
                    .filter(finding -> !finding.accepted() && finding.severity() == severity)
                    .count();
        }

        /** How many are meant so. */
        long accepted() {
            return findings.stream().filter(LintFinding::accepted).count();
        }
    }
}
