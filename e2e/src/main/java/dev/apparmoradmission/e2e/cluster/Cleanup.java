package dev.apparmoradmission.e2e.cluster;

/** Something to be undone exactly once: when asked, or else when the virtual machine ends. */
public final class Cleanup implements AutoCloseable {
    private final Runnable action;
    private final Thread hook;
    private boolean done;

    /** @param action what undoes it; called once */
    public Cleanup(Runnable action) {
        this.action = action;
        this.hook = new Thread(this::once, "cleanup");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whoever comes second waits until it is done: hooks run side by side and may build on each other. */
    private synchronized void once() {
        if (!done) {
            done = true;
            action.run();
        }
    }

    @Override
    public void close() {
        once();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hooks are running: this one then finds nothing left to do.
            return;
        }
    }
}
