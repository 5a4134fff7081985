package dev.apparmoradmission.node;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The answers to what was asked of late. What is kept spares work and changes no answer; how much is kept is bounded, for
 * whoever may create a pod may ask anything.
 */
final class Recent<Q, A> {

    private final int most;
    /** Replaced, never changed, so that decisions neither wait for each other nor see half of one. */
    private final AtomicReference<Map<Q, A>> known = new AtomicReference<>(Map.of());

    Recent(int most) {
        this.most = most;
    }

    Optional<A> find(Q question) {
        return Optional.ofNullable(known.get().get(question));
    }

    /** Keeps an answer and gives it back. Where another thread was faster, whoever asks next may try again. */
    A keep(Q question, A answer) {
        Map<Q, A> before = known.get();
        // Full: begun anew, or what was asked first would keep out what is asked most.
        boolean room = before.size() < most || before.containsKey(question);
        Map<Q, A> after = room ? new HashMap<>(before) : new HashMap<>();
        after.put(question, answer);
        known.compareAndSet(before, Map.copyOf(after));
        return answer;
    }
}
