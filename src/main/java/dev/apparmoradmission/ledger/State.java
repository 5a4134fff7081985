package dev.apparmoradmission.ledger;

import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.policy.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** How an exception stands at an instant. */
public enum State {
    /** It holds. */
    VALID,
    /** It holds, and ends soon. */
    EXPIRING,
    /** It is over. */
    EXPIRED,
    /** It is not accepted, for another reason than its end. */
    REFUSED;

    /** As reports, options and metrics call it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The state that follows from what the decision has found.
     *
     * @param faults why it is not accepted; none where it is
     * @param end when it ends, where it does
     * @param now the instant at which that was decided
     * @param soon what still counts as soon
     */
    static State of(Collection<ExceptionFault> faults, Optional<Expiry> end, Instant now, Duration soon) {
        if (faults.stream().anyMatch(fault -> fault.kind() == ExceptionFault.Kind.EXPIRED)) {
            return EXPIRED;
        }
        if (!faults.isEmpty()) {
            return REFUSED;
        }
        return end.filter(known -> known.hasPassed(now.plus(soon))).isPresent() ? EXPIRING : VALID;
    }
}
