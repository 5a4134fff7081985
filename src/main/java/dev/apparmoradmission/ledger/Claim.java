package dev.apparmoradmission.ledger;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One exception of one workload, with everything that it was looked at for.
 *
 * @param origin which exception
 * @param standings what came of it, by policy and finding; at least one
 */
record Claim(Origin origin, List<ExceptionStanding> standings) {

    /**
     * Which exception.
     *
     * @param grant the grant's name; empty for one by annotation
     * @param documentation why, who and until when
     */
    record Origin(Optional<String> grant, Documentation documentation) {
        static Origin of(ExceptionStanding standing) {
            return new Origin(standing.grant(), standing.documentation());
        }
    }

    /** The exceptions that were looked at for a workload. A grant that nobody asked for, and in whose stead another holds, is none of its. */
    static List<Claim> of(Decision decision) {
        List<ExceptionStanding> exceptions = decision.exceptions();
        if (exceptions.isEmpty()) {
            return List.of();
        }
        Map<Origin, List<ExceptionStanding>> byOrigin = new LinkedHashMap<>();
        for (ExceptionStanding standing : exceptions) {
            if (standing.claimed() || standing.isAccepted() || !isExcusedByAnother(standing, exceptions)) {
                byOrigin.computeIfAbsent(Origin.of(standing), any -> new ArrayList<>())
                        .add(standing);
            }
        }
        return byOrigin.entrySet().stream()
                .map(entry -> new Claim(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static boolean isExcusedByAnother(ExceptionStanding standing, List<ExceptionStanding> exceptions) {
        return exceptions.stream()
                .anyMatch(other -> other.isAccepted()
                        && other.policy().equals(standing.policy())
                        && other.need().equals(standing.need()));
    }

    /** Whether a finding needs it. */
    boolean isNeeded() {
        return standings.stream().anyMatch(standing -> standing.need().isPresent());
    }

    /** Whether a finding is excused by it. */
    boolean isExcusing() {
        return standings.stream().anyMatch(ExceptionStanding::isAccepted);
    }

    /** How it stands: by what is needed of it, where anything is. */
    State state(Instant now, Duration soon) {
        boolean needed = isNeeded();
        List<ExceptionFault> faults = standings.stream()
                .filter(standing -> !needed || standing.need().isPresent())
                .flatMap(standing -> standing.faults().stream())
                .toList();
        return State.of(faults, origin.documentation().end(), now, soon);
    }
}
