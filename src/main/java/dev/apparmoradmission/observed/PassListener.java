package dev.apparmoradmission.observed;

import dev.apparmoradmission.decision.Snapshot;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Takes part in the passes of a leader over the workloads of a cluster. Several do, and read the cluster once for all. */
@FunctionalInterface
public interface PassListener {

    /**
     * A pass begins.
     *
     * @param occasion what is judged by
     * @return who takes what is judged
     */
    Pass begin(Occasion occasion);

    /**
     * What holds for a whole pass.
     *
     * @param snapshot what is judged by: that of the webhook
     * @param now the instant at which is judged
     * @param leading whether this replica still leads: asked before anything is written
     */
    record Occasion(Snapshot snapshot, Instant now, BooleanSupplier leading) {}

    /** One pass. Its lines about what could not be read are those of the reader. */
    interface Pass extends Observation.Reader {

        /** All that could be read has been told. */
        void end();
    }
}
