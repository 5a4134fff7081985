package dev.apparmoradmission.e2e.install;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A steady stream of pods that are created, every tenth of which has to be denied. Nothing is stored. */
final class Creations implements AutoCloseable {
    private static final int EVERY = 10;
    private static final long PAUSE_MILLIS = 20;

    private final ApiServer api;
    private final String namespace;
    private final AtomicInteger allowed = new AtomicInteger();
    private final AtomicInteger denied = new AtomicInteger();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "creations");
    private volatile boolean ended;

    Creations(ApiServer api, String namespace) {
        this.api = api;
        this.namespace = namespace;
        thread.start();
    }

    private void run() {
        for (int i = 1; !ended; i++) {
            boolean bad = i % EVERY == 0;
            PodDraft draft = bad ? pod("stream-" + i).field(unconfined()) : pod("stream-" + i);
            try {
                Answer answer = api.create(namespace, draft.object(), "?dryRun=All");
                boolean refused = answer.code() == 403 && answer.message().contains("unconfined");
                if (bad ? refused : answer.ok()) {
                    (bad ? denied : allowed).incrementAndGet();
                } else {
                    wrong.add(i + ": " + answer.code() + " " + answer.message());
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (IllegalStateException noAnswer) {
                wrong.add(i + ": " + noAnswer.getMessage());
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    int allowed() {
        return allowed.get();
    }

    int denied() {
        return denied.get();
    }

    /** What was answered otherwise than it has to be. */
    List<String> wrong() {
        synchronized (wrong) {
            return List.copyOf(wrong);
        }
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
