package dev.apparmoradmission.e2e.storm;

/**
 * A time in which something was not there.
 *
 * @param from by {@link System#nanoTime}
 * @param until likewise
 */
record Gap(long from, long until) {
    /** It was always there. */
    static final Gap NONE = new Gap(Long.MAX_VALUE, Long.MAX_VALUE);

    /** Whether it was missing during any part of that creation. */
    boolean meets(Creation creation) {
        return creation.answered() >= from && creation.sent() <= until;
    }
}
