package dev.apparmoradmission.e2e.kernel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** A script on the machine with AppArmor, running or ended. */
public final class Remote {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private OptionalInt status = OptionalInt.empty();
    private long endedAt;

    Remote() {}

    synchronized void wrote(byte[] bytes) {
        output.writeBytes(bytes);
    }

    synchronized void ended(int with) {
        endedAt = System.nanoTime();
        status = OptionalInt.of(with);
    }

    /** What it has written so far, on both of its streams. */
    public synchronized String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Its exit status; empty while it runs. */
    public synchronized OptionalInt status() {
        return status;
    }

    /** When it was known here to have ended, by {@link System#nanoTime()}. */
    public synchronized long endedAt() {
        return endedAt;
    }
}
