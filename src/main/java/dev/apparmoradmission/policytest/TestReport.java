package dev.apparmoradmission.policytest;

import java.io.IOException;
import java.util.List;

/** A form of report. */
interface TestReport {

    /** Adds a case. */
    void add(CaseResult result) throws IOException;

    /** Adds a file that could not be used, one line; it has been told on standard error already. */
    void problem(String line) throws IOException;

    /**
     * Ends the report and flushes it.
     *
     * @param passed how many cases came out as expected
     * @param failed how many did not
     * @param untouched policies and grants that no case touches, a line each
     */
    void end(int passed, int failed, List<String> untouched) throws IOException;
}
