package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.wire.ObjectOwner;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster knows of a workload beside what was decided about it.
 *
 * @param controller the object that makes and keeps it
 * @param created when it was stored
 * @param drifts what of it is no longer as it was admitted
 */
public record History(Optional<ObjectOwner> controller, Optional<Instant> created, List<Drift> drifts) {

    /** Nothing is known, as of a workload in a file. */
    public static final History UNKNOWN = new History(Optional.empty(), Optional.empty(), List.of());

    /** Copies the list. */
    public History {
        drifts = List.copyOf(drifts);
    }
}
