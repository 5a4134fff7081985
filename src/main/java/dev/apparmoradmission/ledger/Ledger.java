package dev.apparmoradmission.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * All exceptions at an instant.
 *
 * @param now the instant
 * @param soon what counts as ending soon
 * @param grants the grants of the policies, by name
 * @param uses the exceptions of workloads, by workload
 */
public record Ledger(Instant now, Duration soon, List<GrantUse> grants, List<ExceptionUse> uses) {

    /** Copies the lists. */
    public Ledger {
        grants = List.copyOf(grants);
        uses = List.copyOf(uses);
    }
}
