package dev.apparmoradmission.webhook;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The connections of one port, at most so many. Where one more comes, another has to go: the oldest of those over which no
 * review was ever answered, for those are not an API server's; only where there is none, the one whose last answer is the longest
 * ago. So whoever holds connections without using them takes them from each other. Safe for use by several threads.
 *
 * @param <C> a connection
 */
final class HeldConnections<C> {

    private record Held<C>(C connection, long since) {}

    private final int most;
    /** In the order in which they came. */
    private final Map<String, Held<C>> strangers = new LinkedHashMap<>();
    /** In the order of their last answers. */
    private final Map<String, Held<C>> known = new LinkedHashMap<>();

    /** @param most how many there may be */
    HeldConnections(int most) {
        this.most = most;
    }

    /**
     * A connection was opened.
     *
     * @param peer the address and port of its other end, which no two open connections share
     * @param now on a clock that only goes forward, in nanoseconds
     * @return the connection that has to be closed for it
     */
    synchronized Optional<C> opened(String peer, C connection, long now) {
        Optional<C> goes = Optional.empty();
        if (size() >= most) {
            goes = Optional.of(removeFirst(strangers.isEmpty() ? known : strangers));
        }
        known.remove(peer);
        strangers.put(peer, new Held<>(connection, now));
        return goes;
    }

    /** A review was answered over the connection from there. */
    synchronized void answered(String peer, long now) {
        Held<C> held = strangers.remove(peer);
        if (held == null) {
            held = known.remove(peer);
        }
        // Where it was closed meanwhile there is nothing to hold.
        if (held != null) {
            known.put(peer, new Held<>(held.connection(), now));
        }
    }

    /** A connection is closed. By now another may have come from the same address and port. */
    synchronized void closed(String peer, C connection) {
        for (Map<String, Held<C>> some : List.of(strangers, known)) {
            Held<C> held = some.get(peer);
            if (held != null && held.connection().equals(connection)) {
                some.remove(peer);
            }
        }
    }

    /**
     * Forgets the connections over which no review was answered for too long, whatever else has come over them.
     *
     * @param before that instant, on the clock of {@link #opened}
     * @return those, to be closed
     */
    synchronized List<C> removeQuiet(long before) {
        List<C> quiet = new ArrayList<>();
        for (Map<String, Held<C>> some : List.of(strangers, known)) {
            Iterator<Held<C>> longest = some.values().iterator();
            while (longest.hasNext()) {
                Held<C> held = longest.next();
                if (held.since() - before >= 0) {
                    break;
                }
                quiet.add(held.connection());
                longest.remove();
            }
        }
        return quiet;
    }

    /** How many there are. */
    synchronized int size() {
        return strangers.size() + known.size();
    }

    private static <C> C removeFirst(Map<String, Held<C>> some) {
        Iterator<Held<C>> held = some.values().iterator();
        C first = held.next().connection();
        held.remove();
        return first;
    }
}
