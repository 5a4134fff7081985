package dev.apparmoradmission.e2e.install;

import static dev.apparmoradmission.e2e.scene.PodDraft.empty;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A steady stream of pods that are really created, for a place that does not exist. Every other one wants to be unconfined, in
 * one of four ways; the others are deleted as soon as they are stored.
 */
final class Arrivals implements AutoCloseable {
    private static final long PAUSE_MILLIS = 40;
    private static final String LABEL = "arrivals";

    private final ApiServer api;
    private final String namespace;
    private final String run;
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger denied = new AtomicInteger();
    private final AtomicInteger plainUnanswered = new AtomicInteger();
    private final AtomicInteger unconfinedUnanswered = new AtomicInteger();
    private final AtomicInteger unconfinedStored = new AtomicInteger();
    private final AtomicLong firstUnanswered = new AtomicLong();
    private final AtomicLong lastUnanswered = new AtomicLong();
    private final List<String> others = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "arrivals");
    private volatile boolean ended;

    /** @param run a word that tells this stream's pods from those of others */
    Arrivals(ApiServer api, String namespace, String run) {
        this.api = api;
        this.namespace = namespace;
        this.run = run;
        thread.start();
    }

    private void run() {
        try {
            for (int i = 0; !ended; i++) {
                boolean bad = i % 2 == 1;
                String name = run + "-" + i;
                PodDraft draft = (bad ? bad(name, i / 2) : pod(name))
                        .metadata("labels: {" + LABEL + ": " + run + "}")
                        .selecting("e2e.apparmor-admission.dev/place", "nowhere");
                try {
                    count(api.create(namespace, draft.object()), name, bad);
                } catch (IllegalStateException noAnswer) {
                    others.add(name + ": " + noAnswer.getMessage());
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static PodDraft bad(String name, int way) {
        return switch (way % 4) {
            case 0 -> pod(name).field(unconfined());
            case 1 -> pod(name).level(unconfined());
            case 2 -> pod(name).beta("c", "unconfined");
            default -> empty(name).init("i", unconfined()).container("c");
        };
    }

    private void count(Answer answer, String name, boolean bad) {
        if (answer.ok()) {
            (bad ? unconfinedStored : stored).incrementAndGet();
            if (!bad) {
                api.delete("/api/v1/namespaces/" + namespace + "/pods/" + name);
            }
        } else if (bad
                && answer.code() == 403
                && answer.message().toLowerCase(Locale.ROOT).contains("unconfined")) {
            denied.incrementAndGet();
        } else if (answer.code() == 500 && answer.message().contains("failed calling webhook")) {
            (bad ? unconfinedUnanswered : plainUnanswered).incrementAndGet();
            firstUnanswered.compareAndSet(0, System.nanoTime());
            lastUnanswered.set(System.nanoTime());
        } else {
            others.add(name + ": " + answer.code() + " " + answer.message());
        }
    }

    /** Waits until so many more of both sorts were answered as they have to be. */
    void awaitAnswered(int more) throws IOException {
        int plain = stored.get() + more;
        int bad = denied.get() + more;
        Awaited.of(
                "pods to be judged",
                () -> "stored " + stored + ", denied " + denied + ", " + others,
                ignored -> stored.get() >= plain && denied.get() >= bad);
    }

    int stored() {
        return stored.get();
    }

    int denied() {
        return denied.get();
    }

    /** Those that were refused because no webhook answered. */
    int unanswered() {
        return plainUnanswered.get() + unconfinedUnanswered.get();
    }

    /** From the first to the last refusal for want of a webhook, in seconds. */
    double outage() {
        return (lastUnanswered.get() - firstUnanswered.get()) / 1e9;
    }

    /** The pods of this stream that stand in the API server and want to be unconfined, whatever was answered. */
    int unconfinedStored() {
        int found = 0;
        for (var stored : api.get("/api/v1/namespaces/" + namespace + "/pods?labelSelector=" + LABEL + "%3D" + run)
                .at("/items")) {
            found += stored.toString().toLowerCase(Locale.ROOT).contains("\"unconfined\"") ? 1 : 0;
        }
        return Math.max(found, unconfinedStored.get());
    }

    /** What was answered in no way that there should be. */
    List<String> others() {
        synchronized (others) {
            return List.copyOf(others);
        }
    }

    /** The counts, in one line. */
    String counts() {
        return String.format(
                Locale.ROOT,
                "plain pods: %d stored, %d refused for want of a webhook; unconfined pods: %d denied, %d refused for want of a"
                        + " webhook, stored unconfined = %d; other answers: %d",
                stored.get(),
                plainUnanswered.get(),
                denied.get(),
                unconfinedUnanswered.get(),
                unconfinedStored(),
                others().size());
    }

    /** Ends the stream; after that nothing is counted any more. */
    void end() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
    }
}
