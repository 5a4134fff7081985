package dev.apparmoradmission.scan;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** Tells somebody who watches how far it is, once a second on one line; nobody else. */
final class Progress {

    private static final long PACE = TimeUnit.SECONDS.toNanos(1);

    private final PrintStream err;
    private final boolean attended;
    private long told = System.nanoTime();
    private boolean shown;

    Progress(PrintStream err, boolean attended) {
        this.err = err;
        this.attended = attended;
    }

    void at(int workloads) {
        if (attended && System.nanoTime() - told > PACE) {
            told = System.nanoTime();
            shown = true;
            err.print("\r" + workloads + " workloads judged ...");
            err.flush();
        }
    }

    /** Leaves the line empty for what comes next. */
    void end() {
        if (shown) {
            err.print("\r" + " ".repeat(40) + "\r");
            err.flush();
        }
    }
}
