package dev.apparmoradmission.report;

import java.io.IOException;
import java.time.Instant;

/**
 * A form of report. Judgements are written as they come, so that a report takes no more memory the more workloads there are.
 */
public interface Report {

    /** Begins the report. */
    void begin(Header header) throws IOException;

    /** Adds a workload. */
    void add(Judgement judgement) throws IOException;

    /** Adds a workload of which its history is known. */
    default void add(Judgement judgement, History history) throws IOException {
        add(judgement);
    }

    /** Whether it is given every workload, also those of which there is nothing to say: a form that counts wants them. */
    default boolean wantsAll() {
        return false;
    }

    /** Adds a remark that is about no workload; forms for programs leave it out. */
    default void note(String line) throws IOException {}

    /** Adds an input that could not be read, one line; it has been told on standard error already. */
    default void problem(String line) throws IOException {}

    /** Ends the report and flushes it. */
    void end(Summary summary) throws IOException;

    /**
     * What holds for the whole report.
     *
     * @param policyHash the policies by which it was judged
     * @param now the instant at which it was judged
     */
    record Header(String policyHash, Instant now) {}
}
