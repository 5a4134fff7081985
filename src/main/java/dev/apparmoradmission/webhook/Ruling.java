package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.wire.AdmissionRequest;
import java.util.Optional;

/**
 * What came of one review.
 *
 * @param door where it came in
 * @param request what was asked
 * @param decision what was decided; absent where the request is none that is judged, or where judging it failed
 * @param mode under which mode: {@code Enforce}, {@code Warn} or {@code Audit} (the strictest policy that holds), {@code DryRun},
 *     {@code None} where no policy holds, {@code Skipped} where nothing was judged, {@code Error} where judging failed
 * @param failed whether judging failed, so that it was denied for want of a decision
 */
record Ruling(Door door, AdmissionRequest request, Optional<Decision> decision, String mode, boolean failed) {

    static final String DRY_RUN = "DryRun";
    static final String NO_POLICY = "None";
    static final String SKIPPED = "Skipped";
    static final String ERROR = "Error";

    static Ruling skipped(Door door, AdmissionRequest request) {
        return new Ruling(door, request, Optional.empty(), SKIPPED, false);
    }

    static Ruling failed(Door door, AdmissionRequest request) {
        return new Ruling(door, request, Optional.empty(), ERROR, true);
    }

    /** Whether the request is allowed. */
    boolean allowed() {
        return !failed && decision.map(Decision::allowed).orElse(true);
    }
}
