package dev.apparmoradmission.webhook;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much memory all bodies together may take while they come in. A handful of the longest ones at once would fill the heap of
 * a small webhook; then it is better to send the last comer away for a second. But not for the sake of bodies that never end: one
 * that has been coming for longer than {@link #SLOW_NANOSECONDS} gives way. Safe for use by several threads.
 */
final class BodyBudget {

    /** An API server sends its longest body, 3 MiB and a little, in a fraction of that. */
    static final long SLOW_NANOSECONDS = TimeUnit.SECONDS.toNanos(1);

    /** A body that is coming in. */
    interface Guest {
        /** What it took is given back already; it has to let go of it, on its own thread. */
        void giveWay();
    }

    private static final class Share {
        private final long since;
        private long bytes;

        Share(long since) {
            this.since = since;
        }
    }

    private final long limit;
    private final LongSupplier clock;
    private final Map<Guest, Share> shares = new LinkedHashMap<>();
    private long taken;

    /**
     * Makes a budget.
     *
     * @param limit what may be taken, in bytes; one body alone may have the longest that there can be
     * @param clock one that only goes forward, in nanoseconds
     */
    BodyBudget(long limit, LongSupplier clock) {
        this.limit = Math.max(limit, ReviewBody.LONGEST);
        this.clock = clock;
    }

    /** A quarter of the heap: reading a long body takes its length once more for a while, and the rest needs room too. */
    static BodyBudget ofHeap() {
        return new BodyBudget(Runtime.getRuntime().maxMemory() / 4, System::nanoTime);
    }

    /** Takes so many bytes more for that body; false where there is no room for them now. */
    boolean take(Guest guest, long bytes) {
        List<Guest> slow = new ArrayList<>();
        boolean fits;
        synchronized (this) {
            long now = clock.getAsLong();
            Iterator<Map.Entry<Guest, Share>> oldest = shares.entrySet().iterator();
            while (taken + bytes > limit && oldest.hasNext()) {
                Map.Entry<Guest, Share> entry = oldest.next();
                if (now - entry.getValue().since < SLOW_NANOSECONDS) {
                    break;
                }
                if (!entry.getKey().equals(guest)) {
                    taken -= entry.getValue().bytes;
                    slow.add(entry.getKey());
                    oldest.remove();
                }
            }
            fits = taken + bytes <= limit;
            if (fits) {
                taken += bytes;
                shares.computeIfAbsent(guest, first -> new Share(now)).bytes += bytes;
            }
        }
        slow.forEach(Guest::giveWay);
        return fits;
    }

    /** Gives back all that the body took. */
    synchronized void giveBack(Guest guest) {
        Share share = shares.remove(guest);
        if (share != null) {
            taken -= share.bytes;
        }
    }
}
