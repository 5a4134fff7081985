package dev.apparmoradmission.check;

import dev.apparmoradmission.check.CheckOptions.FailOn;
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
            case DENY -> judgement.isDeniedAnew();
            case WARN -> judgement.isDeniedAnew() || warns(judgement);
        };
    }

    /** Without an inventory its absence is warned of, but never fails the check (contract §7). */
    private boolean warns(Judgement judgement) {
        return !judgement.decision().notes().isEmpty()
                || judgement.decision().findings(Action.WARN).stream()
                        .filter(finding -> !judgement.isKnown(finding))
                        .anyMatch(finding -> inventoried || finding.rule() != Rule.INVENTORY_UNKNOWN);
    }
}
