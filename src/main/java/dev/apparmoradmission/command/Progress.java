package dev.apparmoradmission.command;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Tells somebody who watches standard error how far a long run is: once a second, on one line, which gives way to whatever
 * else is printed. Nobody else is told. For one thread.
 */
public final class Progress {

    private static final Duration PACE = Duration.ofSeconds(1);

    private final OutputStream err;
    private final boolean attended;
    private final Clock clock;
    private Instant told;
    private int shown;

    /**
     * Begins.
     *
     * @param err standard error
     * @param attended whether somebody watches it
     * @param clock what the pace is measured by
     */
    Progress(OutputStream err, boolean attended, Clock clock) {
        this.err = err;
        this.attended = attended;
        this.clock = clock;
        this.told = attended ? clock.instant() : Instant.EPOCH;
    }

    /** Takes how far it is, in ASCII and shorter than a line; it is asked for only where it is told. */
    public void at(Supplier<String> state) {
        if (!attended) {
            return;
        }
        Instant now = clock.instant();
        // A clock that is set back must not silence it until then.
        if (Duration.between(told, now).abs().compareTo(PACE) >= 0) {
            told = now;
            erase();
            String line = state.get();
            write(line);
            shown = line.length();
        }
    }

    /** Leaves the line empty for what comes next. */
    public void erase() {
        if (shown > 0) {
            write("\r" + " ".repeat(shown) + "\r");
            shown = 0;
        }
    }

    /** The same stream, before which the line gives way: for all that may go to the terminal. */
    public OutputStream givingWayTo(OutputStream stream) {
        return attended ? new GivenWay(stream) : stream;
    }

    private void write(String text) {
        try {
            err.write(text.getBytes(StandardCharsets.US_ASCII));
            err.flush();
        } catch (IOException nobodyThere) {
            // Progress is a courtesy: the run goes on without.
        }
    }

    private final class GivenWay extends FilterOutputStream {

        GivenWay(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(int b) throws IOException {
            erase();
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            erase();
            out.write(bytes, offset, length);
        }
    }
}
