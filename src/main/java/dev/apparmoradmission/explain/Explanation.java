package dev.apparmoradmission.explain;

import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.report.Judgement;
import java.io.IOException;
import java.util.Optional;

/** A form of explanation; workloads are written as they come. */
interface Explanation {

    /**
     * Adds a workload.
     *
     * @param judgement where it stands and what was decided
     * @param derivation the way to the decision; absent where the workload cannot be read
     */
    void add(Judgement judgement, Optional<Derivation> derivation) throws IOException;

    /** Ends and flushes it. */
    void end() throws IOException;
}
