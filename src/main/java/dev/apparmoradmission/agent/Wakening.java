package dev.apparmoradmission.agent;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How the thread that waits for the kernel wakes the one that publishes. */
final class Wakening {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private OptionalLong revision = OptionalLong.empty();
    private OptionalLong firstAt = OptionalLong.empty();
    private long count;

    /**
     * A wakening that was noticed.
     *
     * @param at when the first change was announced, by {@link System#nanoTime}
     */
    record Woken(long at) {}

    /** The kernel has announced this revision. */
    void announce(long number) {
        lock.lock();
        try {
            revision = OptionalLong.of(number);
            if (firstAt.isEmpty()) {
                firstAt = OptionalLong.of(System.nanoTime());
            }
            count++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The kernel's newest number for a line of the log; nothing where it has told none. */
    String revisionText() {
        lock.lock();
        try {
            return revision.isPresent() ? ", revision " + revision.getAsLong() : "";
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for an announcement, and then for the end of the burst that it belongs to, for loaders change one profile after
     * the other.
     *
     * @param patience how long to wait for the first
     * @param quiet the silence after which a burst is over
     * @param longest how long a burst may hold things up
     * @return the burst; empty where nothing was announced
     */
    Optional<Woken> await(Duration patience, Duration quiet, Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (firstAt.isEmpty()) {
                if (left <= 0) {
                    return Optional.empty();
                }
                left = changed.awaitNanos(left);
            }
            long at = firstAt.getAsLong();
            long end = at + longest.toNanos();
            long seen = -1;
            while (seen != count && end - System.nanoTime() > 0) {
                seen = count;
                long silence = Math.min(quiet.toNanos(), end - System.nanoTime());
                while (seen == count && silence > 0) {
                    silence = changed.awaitNanos(silence);
                }
            }
            firstAt = OptionalLong.empty();
            return Optional.of(new Woken(at));
        } finally {
            lock.unlock();
        }
    }
}
