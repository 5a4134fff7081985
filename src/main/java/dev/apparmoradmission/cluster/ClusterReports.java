package dev.apparmoradmission.cluster;

import java.util.List;

/** Is told what becomes of the sources of a snapshot. Called from the threads that watch them, never during a decision. */
public interface ClusterReports {

    /**
     * A source was read anew and is in force.
     *
     * @param source what it is, such as {@code inventory}
     */
    void renewed(String source);

    /**
     * A source cannot be used; what was read last stays in force.
     *
     * @param source what it is
     * @param problems what is wrong, one line each
     */
    void refused(String source, List<String> problems);

    /**
     * A source is used, but parts of it could not be understood.
     *
     * @param source what it is
     * @param problems what was left out, one line each
     */
    void remarked(String source, List<String> problems);

    /**
     * Nodes no longer confine what they confined in the picture before.
     *
     * @param losses what each of them lost
     */
    void lost(List<NodeLoss> losses);
}
