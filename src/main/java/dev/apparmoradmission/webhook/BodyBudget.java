package dev.apparmoradmission.webhook;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory all bodies together may take while they come in. A handful of the longest ones at once would fill the heap of
 * a small webhook; then it is better to send the last comer away for a second. Safe for use by several threads.
 */
final class BodyBudget {

    private final AtomicLong taken = new AtomicLong();
    private final long limit;

    /**
     * Makes a budget.
     *
     * @param limit what may be taken, in bytes; one body alone may have the longest that there can be
     */
    BodyBudget(long limit) {
        this.limit = Math.max(limit, ReviewBody.LONGEST);
    }

    /** A quarter of the heap: reading a long body takes its length once more for a while, and the rest needs room too. */
    static BodyBudget ofHeap() {
        return new BodyBudget(Runtime.getRuntime().maxMemory() / 4);
    }

    /** Takes so many bytes; false where there is no room for them now. */
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) <= limit) {
            return true;
        }
        taken.addAndGet(-bytes);
        return false;
    }

    /** Gives so many bytes back. */
    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }
}
