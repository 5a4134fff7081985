package dev.apparmoradmission.observed;

import java.time.Duration;

/** Is told what the leader of passes does. Called from its thread and that of the election, never during a decision. */
public interface PassReports {

    /** This replica began or ceased to lead. */
    void leading(boolean leading);

    /**
     * A pass has ended.
     *
     * @param took how long
     * @param whole whether everything could be read
     */
    void passed(Duration took, boolean whole);

    /**
     * Something keeps the leader from its work, or from a part of it. Told once for as long as it stays the same.
     *
     * @param line what, and what to do about it
     */
    void problem(String line);

    /** What was told as a problem is over. */
    void solved(String line);
}
