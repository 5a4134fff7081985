package dev.apparmoradmission.wire;

import java.time.Instant;

/**
 * A change of a loaded profile that the node's agent saw and noted, for people.
 *
 * @param at when it was seen, by the node's clock
 * @param profile the profile's name
 * @param before the mode until then, as the kernel prints it
 * @param after the mode from then on, as the kernel prints it; {@link #REMOVED} where it is not loaded any more
 */
public record ProfileChange(Instant at, String profile, String before, String after) {

    /** What stands in place of a mode where there is none any more. */
    public static final String REMOVED = "removed";
}
