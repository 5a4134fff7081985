package dev.apparmoradmission.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells when the content of files changes. The file system's own notice only wakes it earlier: what counts is the content, read
 * at a steady pace, so that it works on any mount, with a renamed symbolic link (as ConfigMaps are swapped) and with
 * editors that replace a file. A change is passed on once the content has stayed the same for a moment; a file that is
 * being written is then mostly read as a whole, and where it is not, the next change follows soon.
 *
 * @param <T> what is made of the files
 */
public final class ContentWatch<T> implements AutoCloseable {

    /**
     * What the files hold.
     *
     * @param content whatever is made of them
     * @param fingerprint differs when the content does
     * @param directories where a change could show first
     * @param <T> the type of the content
     */
    public record Seen<T>(T content, String fingerprint, Set<Path> directories) {
        /** Copies the set. */
        public Seen {
            directories = Set.copyOf(directories);
        }
    }

    /**
     * How often to look.
     *
     * @param poll the longest time between two looks
     * @param quiet for how long the content must stay the same before it is passed on, and the shortest time between two looks
     * @param patience for how long to wait for that
     */
    public record Pace(Duration poll, Duration quiet, Duration patience) {
        /** Every two seconds, and 100 ms of quiet within two seconds. */
        public static final Pace USUAL = new Pace(Duration.ofSeconds(2), Duration.ofMillis(100), Duration.ofSeconds(2));
    }

    private static final System.Logger LOG = System.getLogger(ContentWatch.class.getName());

    private final Supplier<Seen<T>> look;
    private final Consumer<T> changed;
    private final Pace pace;
    private final ChangeNotice notice;
    private final Thread thread;
    private volatile boolean closed;
    /** Of the content passed on last; the content itself may be large, and is not kept. */
    private String last;

    /**
     * Starts to watch.
     *
     * @param name of the thread
     * @param first the content that is known already; only another one is passed on
     * @param look reads the files; never fails: what cannot be read is a content, too
     * @param changed gets the new content, on the watch's own thread
     * @param pace how often to look
     */
    public ContentWatch(String name, Seen<T> first, Supplier<Seen<T>> look, Consumer<T> changed, Pace pace) {
        this.look = look;
        this.changed = changed;
        this.pace = pace;
        this.last = first.fingerprint();
        this.notice = new ChangeNotice();
        this.notice.watch(first.directories());
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                notice.await(pace.poll());
                lookOnce();
                // Somebody else's file in the same directory, a log say, may be written all the time.
                Thread.sleep(pace.quiet().toMillis());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void lookOnce() throws InterruptedException {
        try {
            Seen<T> now = look.get();
            if (!now.fingerprint().equals(last)) {
                now = settled(now);
                last = now.fingerprint();
                changed.accept(now.content());
            }
            notice.watch(now.directories());
        } catch (RuntimeException e) {
            // A watch that ends here would keep everybody on old content for ever, and nobody would notice.
            LOG.log(System.Logger.Level.ERROR, "watching files failed and goes on", e);
        }
    }

    private Seen<T> settled(Seen<T> first) throws InterruptedException {
        Seen<T> now = first;
        long waits = Math.max(
                1, pace.patience().toMillis() / Math.max(1, pace.quiet().toMillis()));
        for (long i = 0; i < waits; i++) {
            Thread.sleep(pace.quiet().toMillis());
            Seen<T> next = look.get();
            if (next.fingerprint().equals(now.fingerprint())) {
                return next;
            }
            now = next;
        }
        return now;
    }

    /** Stops watching; once it returns, nothing more is passed on. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive() && thread != Thread.currentThread()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        notice.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
