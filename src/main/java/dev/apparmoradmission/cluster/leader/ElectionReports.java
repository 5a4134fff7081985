package dev.apparmoradmission.cluster.leader;

/** Is told whether an election can be held. May be called by any thread, and again with what is known. */
public interface ElectionReports {

    /** A leader can be elected. */
    void canElect();

    /** No leader can be elected. */
    void cannotElect(Refusal refusal);
}
