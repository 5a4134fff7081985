package dev.apparmoradmission.cluster.placement;

/**
 * An event about a pod behind our gate.
 *
 * @param warning whether it is a warning
 * @param reason one word in CamelCase
 * @param action what the leader did
 * @param note one line for people
 */
record HoldEvent(boolean warning, String reason, String action, String note) {

    private static final String OVERDUE = "AppArmorHoldDeadlineExceeded";

    /** A pod waits. */
    static HoldEvent held(HoldCondition why) {
        return new HoldEvent(true, "AppArmorHeld", "Hold", why.message());
    }

    /** A pod has waited longer than it should. */
    static HoldEvent overdue(HoldCondition why) {
        return new HoldEvent(true, OVERDUE, "Hold", why.message());
    }

    /** A pod waits no longer. */
    static HoldEvent released() {
        return new HoldEvent(false, "AppArmorReleased", "Release", HoldCondition.RELEASED.message());
    }

    /** Whether it tells that a pod has waited too long. */
    boolean isOverdue() {
        return reason.equals(OVERDUE);
    }
}
