package dev.apparmoradmission.e2e.storm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Pods at a constant rate: the next one comes when it is due, whether the one before has been answered or not. */
final class PodStream implements AutoCloseable {
    /** By this label pods of the stream are known, and the slice that they belong to. */
    static final String SLICE = "storm-slice";

    static final String SORT = "storm-sort";

    private static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ApiServer api;
    private final String namespace;
    private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService senders = Executors.newCachedThreadPool();
    private final AtomicInteger number = new AtomicInteger();
    private final Map<Integer, AtomicInteger> pending = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Creation> done = new ConcurrentLinkedQueue<>();
    private final long begin = System.nanoTime();

    PodStream(ApiServer api, String namespace, int perSecond) {
        this.api = api;
        this.namespace = namespace;
        var unused = clockwork.scheduleAtFixedRate(this::next, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
    }

    private void next() {
        int mine = number.getAndIncrement();
        int slice = slice();
        pending(slice).incrementAndGet();
        var unused = senders.submit(() -> create(mine, slice));
    }

    private int slice() {
        return (int) ((System.nanoTime() - begin) / SLICE_NANOS);
    }

    private AtomicInteger pending(int slice) {
        return pending.computeIfAbsent(slice, key -> new AtomicInteger());
    }

    private void create(int mine, int slice) {
        Sort sort = Sort.of(mine);
        String name = "storm-" + mine;
        ObjectNode pod = sort.draft(name)
                .metadata("labels: {%s: \"%d\", %s: %s}".formatted(SLICE, slice, SORT, sort))
                .object();
        long sent = System.nanoTime();
        try {
            Answer answer = api.create(namespace, pod);
            done.add(new Creation(sort, name, slice, sent, System.nanoTime(), answer.code(), answer.message()));
        } catch (IllegalStateException none) {
            String why = String.valueOf(none.getCause());
            done.add(new Creation(sort, name, slice, sent, System.nanoTime(), 0, why));
        } finally {
            pending(slice).decrementAndGet();
        }
    }

    /** The slices that are over, with each of their pods answered. */
    List<Integer> complete() {
        int now = clockwork.isShutdown() ? Integer.MAX_VALUE : slice();
        return pending.entrySet().stream()
                .filter(entry -> entry.getKey() < now && entry.getValue().get() == 0)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** All that were answered, or will never be. */
    List<Creation> creations() {
        return List.copyOf(done);
    }

    /** No more pods; waits for the answers to the last ones. */
    void end() {
        clockwork.shutdown();
        senders.shutdown();
        try {
            if (!clockwork.awaitTermination(10, TimeUnit.SECONDS) || !senders.awaitTermination(90, TimeUnit.SECONDS)) {
                throw new IllegalStateException("pods of the stream are not answered");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    @Override
    public void close() {
        clockwork.shutdownNow();
        senders.shutdownNow();
    }
}
