package dev.apparmoradmission.cluster.tls;

import java.util.List;

/** Is told what becomes of the shared certificates. Called by the keeper's thread, and by those of the client. */
public interface TlsReports {

    /** What something can be wrong with. */
    enum Matter {
        /** What the Secret holds. */
        SECRET,
        /** What the webhook configurations trust. */
        BUNDLE,
        /** The way to the API server, and what it lets us do. */
        ACCESS,
        /** Files that are configured instead. */
        FILES,
        /** The clock of this machine. */
        CLOCK,
        /** A defect of ours. */
        DEFECT
    }

    /** To be served from now on. */
    void serve(ServingPair pair);

    /** Whether this replica is the one that writes. */
    void leading(boolean leading);

    /**
     * Something is wrong, or was and has been put right. Told once for as long as it stays the same.
     *
     * @param line what, and what to do about it
     */
    void problem(Matter matter, String line);

    /**
     * What was told as a problem is over.
     *
     * @param line what is right again
     */
    void solved(Matter matter, String line);

    /**
     * What is wrong now; called after each change of that.
     *
     * @param lines as they were told
     */
    void standing(List<String> lines);

    /**
     * Something was done.
     *
     * @param line what and why
     */
    void done(String line);
}
