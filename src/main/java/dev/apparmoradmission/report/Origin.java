package dev.apparmoradmission.report;

import dev.apparmoradmission.wire.ObjectOwner;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a workload of a cluster comes from, beside what was decided about it.
 *
 * @param controller the object that makes and keeps it
 * @param created when it was stored
 */
public record Origin(Optional<ObjectOwner> controller, Optional<Instant> created) {

    /** Nothing is known, as of a workload in a file. */
    public static final Origin UNKNOWN = new Origin(Optional.empty(), Optional.empty());
}
