package dev.apparmoradmission.webhook;

import com.sun.management.ThreadMXBean;
import dev.apparmoradmission.bench.Cluster;
import dev.apparmoradmission.bench.CorpusReviews;
import dev.apparmoradmission.bench.Pods;
import dev.apparmoradmission.bench.Restricted;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.workload.Workload;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Counts the bytes that the thread allocates for a review, from the body to the answer, and for a decision, and prints a line
 * for each case. {@link AllocationTest} runs it in a JVM of its own, without the optimizing compiler: that one leaves out
 * allocations where it sees fit, and its choice differs from run to run; without it the count is the same every time.
 */
public final class AllocationCount {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final int[] KILOBYTES = {3, 12, 60};
    /** Caches are full by then, and call sites linked. */
    private static final int WARM_UP = 400;

    private static final int RUNS = 200;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationCount() {}

    /** Prints the name of each case, a tab and its bytes. */
    public static void main(String[] arguments) throws Exception {
        // The line of a denial is made, which is ours, but not written.
        Logger.getLogger("").setLevel(Level.OFF);
        Snapshot snapshot = Restricted.on(Cluster.of(100, 60, Cluster.Sets.SHARED));
        ReviewHandler handler = ReviewHandlers.on(snapshot, NOW);
        for (int kilobytes : KILOBYTES) {
            for (CorpusReviews.Declares declares : CorpusReviews.Declares.values()) {
                Door door = declares == CorpusReviews.Declares.NOTHING ? Door.MUTATE : Door.VALIDATE;
                byte[] body = CorpusReviews.create(declares, kilobytes * 1024);
                String answer = new String(
                        handler.answer(door, body, body.length, false, Optional.empty()), StandardCharsets.UTF_8);
                boolean expected = declares == CorpusReviews.Declares.UNCONFINED
                        ? answer.contains("\"allowed\":false")
                        : answer.contains("\"allowed\":true")
                                && answer.contains("\"patch\"") == (declares == CorpusReviews.Declares.NOTHING);
                if (!expected) {
                    throw new IllegalStateException(declares + " got " + answer);
                }
                print(
                        "review " + kilobytes + " KB " + door.path() + " " + name(declares),
                        () -> handler.answer(door, body, body.length, false, Optional.empty()));
            }
        }
        Operation create = new Operation.Create(Requester.ANYONE);
        for (Pods.Declares declares : Pods.Declares.values()) {
            for (Pods.Selects selects : Pods.Selects.values()) {
                Workload pod = Pods.of(declares, selects);
                print(
                        "decision " + name(declares) + " " + name(selects),
                        () -> Decider.decide(pod, create, snapshot, NOW));
            }
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void print(String name, Work work) throws Exception {
        run(work, WARM_UP);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(work, RUNS);
        long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / RUNS;
        System.out.println(name + "\t" + bytes);
    }

    private static void run(Work work, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
