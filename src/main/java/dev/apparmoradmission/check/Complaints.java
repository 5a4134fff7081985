package dev.apparmoradmission.check;

import dev.apparmoradmission.check.CheckOptions.FailOn;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.Judgement;

/**
 * What makes the command fail.
 *
 * @param failOn what was asked for
 * @param inventoried whether an inventory was given
 */
record Complaints(FailOn failOn, boolean inventoried) {

    /** Whether this workload makes it fail. */
    boolean about(Judgement judgement) {
        return switch (failOn) {
            case NEVER -> false;
            case DENY -> !judgement.decision().allowed();
            case WARN -> !judgement.decision().allowed() || warns(judgement.decision());
        };
    }

    /** Without an inventory its absence is warned of, but never fails the check (contract §7). */
    private boolean warns(Decision decision) {
        return !decision.notes().isEmpty()
                || decision.findings(Action.WARN).stream()
                        .anyMatch(finding -> inventoried || finding.rule() != Rule.INVENTORY_UNKNOWN);
    }
}
