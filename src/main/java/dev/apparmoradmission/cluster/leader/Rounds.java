package dev.apparmoradmission.cluster.leader;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Work in rounds, on a thread of its own: when something changed, and when the round before asked for it. Changes that come
 * together are one round, and a round that takes long is followed by a rest, so that the work never takes more than a part of
 * one core.
 */
public final class Rounds implements AutoCloseable {

    /** How long further changes are waited for. */
    private static final Duration DEBOUNCE = Duration.ofMillis(50);
    /** A rest is so many times as long as the round before it. */
    private static final int REST = 4;

    private static final Duration LONGEST_REST = Duration.ofSeconds(2);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition signalled = lock.newCondition();
    private final Supplier<Duration> work;
    private final Thread thread;
    private boolean pending;
    private volatile boolean closed;

    /**
     * Does not begin yet.
     *
     * @param work a round; gives how long to wait for the next one if nothing changes
     */
    public Rounds(String name, Supplier<Duration> work) {
        this.work = work;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Something changed. Returns at once. */
    public void signal() {
        lock.lock();
        try {
            pending = true;
            signalled.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Duration patience = Duration.ZERO;
        try {
            while (!closed) {
                await(patience);
                Thread.sleep(DEBOUNCE.toMillis());
                take();
                long begin = System.nanoTime();
                patience = work.get();
                Duration rest = Duration.ofNanos((System.nanoTime() - begin) * REST);
                Thread.sleep((rest.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : rest).toMillis());
            }
        } catch (InterruptedException end) {
            // Closed.
        }
    }

    private void await(Duration atMost) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = atMost.toNanos();
            while (!pending && left > 0) {
                left = signalled.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void take() {
        lock.lock();
        try {
            pending = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the rounds, the running one included, and waits for that. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(LONGEST_REST.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
