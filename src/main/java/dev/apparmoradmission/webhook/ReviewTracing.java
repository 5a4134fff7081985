package dev.apparmoradmission.webhook;

import java.util.Optional;

/** Tells a tracing system about reviews, where that is switched on. */
interface ReviewTracing extends AutoCloseable {

    /** Tells nobody: no thread, no connection, no class of the tracing library. */
    ReviewTracing OFF = new ReviewTracing() {
        @Override
        public void answered(Optional<String> parent, Ruling ruling, boolean dryRun, long nanoseconds) {}

        @Override
        public void close() {}
    };

    /**
     * Tells of a review that was just answered. Returns at once, and never fails: nobody waits for a trace.
     *
     * @param parent the header {@code traceparent} (W3C Trace Context) of the request, which an API server sends that traces itself
     * @param dryRun whether dry-run audit mode is on
     * @param nanoseconds how long it took
     */
    void answered(Optional<String> parent, Ruling ruling, boolean dryRun, long nanoseconds);

    @Override
    void close();
}
