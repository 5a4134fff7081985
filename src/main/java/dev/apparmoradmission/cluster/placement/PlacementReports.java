package dev.apparmoradmission.cluster.placement;

import java.time.Duration;

/** Is told what the leader does. Called from its thread and that of the election, never during a decision. */
public interface PlacementReports {

    /** What became of a write to a node's labels. */
    enum LabelWrite {
        /** They are as they should be. */
        WRITTEN,
        /** The API server refused or did not answer; it is tried again. */
        FAILED
    }

    /** This replica began or ceased to lead. */
    void leading(boolean leading);

    /** The labels of a node were written, or should have been. */
    void labels(LabelWrite outcome);

    /**
     * How many profiles have no label because their node has too many.
     *
     * @param profiles their number over all nodes; 0 where each has one
     */
    void withoutLabel(int profiles);

    /** How many pods wait behind our gate. */
    void held(int pods);

    /**
     * A pod no longer waits.
     *
     * @param waited since it was created
     */
    void released(Duration waited);

    /** A pod has waited longer than it should; it still waits. */
    void overdue();

    /**
     * Something keeps the leader from its work. Told once until it is over.
     *
     * @param line what, and what to do about it
     */
    void problem(String line);

    /**
     * What was told as a problem is over.
     *
     * @param line what works again
     */
    void solved(String line);

    /**
     * A round failed in a way that nobody foresaw; the next one begins anew.
     *
     * @param line what
     */
    void defect(String line);

    /**
     * Something should be known, but keeps nobody from anything.
     *
     * @param line what
     */
    void remarked(String line);
}
