package dev.apparmoradmission.e2e.certificates;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Somebody makes pods all the time, every other one of which the policy forbids. Those that are stored are deleted again. */
final class PodStream implements AutoCloseable {
    private static final int PAUSE_MILLISECONDS = 25;

    private final Scene scene;
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger denied = new AtomicInteger();
    private final AtomicLong slowest = new AtomicLong();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "pods");
    private volatile boolean ended;

    private PodStream(Scene scene) {
        this.scene = scene;
    }

    static PodStream start(Scene scene) {
        PodStream stream = new PodStream(scene);
        stream.thread.setDaemon(true);
        stream.thread.start();
        return stream;
    }

    private void run() {
        for (int i = 0; !ended; i++) {
            boolean good = i % 2 == 0;
            PodDraft pod = PodDraft.empty("pod-" + i);
            long begin = System.nanoTime();
            Answer answer = scene.create(good ? pod.container("c") : pod.container("c", PodDraft.unconfined()));
            slowest.accumulateAndGet(System.nanoTime() - begin, Math::max);
            if (good && answer.code() == 201) {
                stored.incrementAndGet();
                scene.api().delete(scene.pod("pod-" + i, ""));
            } else if (!good && answer.code() == 403 && answer.message().contains("unconfined")) {
                denied.incrementAndGet();
            } else {
                wrong.add("pod-" + i + ": " + answer.code() + " " + answer.message());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLISECONDS);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    int stored() {
        return stored.get();
    }

    int denied() {
        return denied.get();
    }

    double slowestSeconds() {
        return slowest.get() / 1e9;
    }

    /** Those that were neither stored nor denied as they should. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    @Override
    public void close() {
        end();
    }

    /** Ends it, and waits for that. */
    void end() {
        ended = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(70));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
