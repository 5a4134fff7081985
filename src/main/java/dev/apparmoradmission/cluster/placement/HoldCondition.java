package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import java.util.List;

/**
 * The pod condition {@value #TYPE}: why a pod waits, or that it no longer does.
 *
 * @param loaded whether its profiles are where it may land
 * @param reason one word in CamelCase, as the API wants it
 * @param message one line for people
 */
record HoldCondition(boolean loaded, String reason, String message) {

    /** Its type. */
    static final String TYPE = "apparmor-admission.dev/ProfilesLoaded";
    /** The reason once the pod has waited longer than it should. */
    static final String DEADLINE_EXCEEDED = "DeadlineExceeded";
    /** A message of the API may have 32 KiB; nobody reads more than this of it. */
    private static final int LONGEST_MESSAGE = 1000;

    /** What lets the pod go. */
    static final HoldCondition RELEASED =
            new HoldCondition(true, "ProfilesLoaded", "every node that the pod may land on is ready for it");

    HoldCondition {
        if (message.length() > LONGEST_MESSAGE) {
            int end = LONGEST_MESSAGE - 3;
            message = message.substring(0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end) + "...";
        }
    }

    /** Why the pod may not go yet. */
    static HoldCondition waiting(Decision refused) {
        List<Finding> enforced = refused.findings(Action.ENFORCE);
        Finding first = enforced.get(0);
        String more = enforced.size() > 1 ? " (and " + (enforced.size() - 1) + " more)" : "";
        String fix = first.fix().isEmpty() ? "" : " - " + first.fix();
        return new HoldCondition(
                false,
                reason(enforced),
                first.subject() + ": " + first.message() + " [" + first.rule().id() + "]" + more + fix);
    }

    /** The same, of a pod that has waited too long. */
    HoldCondition overdue(String deadline) {
        return new HoldCondition(false, DEADLINE_EXCEEDED, "still waiting after " + deadline + ": " + message);
    }

    private static String reason(List<Finding> enforced) {
        if (enforced.stream().allMatch(finding -> finding.rule() == Rule.INVENTORY_UNKNOWN)) {
            return "InventoryUnknown";
        }
        boolean ofProfiles = enforced.stream()
                .allMatch(finding -> finding.rule() == Rule.INVENTORY_UNKNOWN
                        || finding.rule() == Rule.LOCALHOST_NOT_LOADED
                        || finding.rule() == Rule.LOCALHOST_MODE);
        // Policies may have changed since it was let in: then waiting does not help by itself.
        return ofProfiles ? "ProfileNotLoaded" : "NotAllowed";
    }
}
