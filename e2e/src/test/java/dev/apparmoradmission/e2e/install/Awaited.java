package dev.apparmoradmission.e2e.install;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a cluster comes to, sooner or later. */
final class Awaited {
    private static final Duration BOUND = Duration.ofMinutes(2);

    private Awaited() {}

    /** Something that asks the cluster. */
    interface Question<T> {
        T ask() throws IOException;
    }

    /** Asks until the answer is good; returns that. */
    static <T> T of(String what, Question<T> question, Predicate<T> good) throws IOException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (true) {
            T answer = question.ask();
            if (good.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "not within " + BOUND.toSeconds() + " s: " + what + "; last: " + answer);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(250);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + what, interrupted);
            }
        }
    }
}
