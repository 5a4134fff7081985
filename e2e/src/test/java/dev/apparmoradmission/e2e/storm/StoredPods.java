package dev.apparmoradmission.e2e.storm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.Profiles;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Looks at every pod of the stream as it is stored, and only then deletes it: nobody else deletes one, so none is missed,
 * whatever the stream was told about it.
 */
final class StoredPods implements AutoCloseable {
    private final ApiServer api;
    private final String pods;
    private final PodStream stream;
    private final Thread thread = new Thread(this::run, "stored-pods");
    private final Set<Integer> seen = new TreeSet<>();
    private final Set<String> names = Collections.synchronizedSet(new HashSet<>());
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean ended;

    StoredPods(ApiServer api, String namespace, PodStream stream) {
        this.api = api;
        this.pods = "/api/v1/namespaces/" + namespace + "/pods";
        this.stream = stream;
        thread.start();
    }

    private void run() {
        try {
            while (!ended) {
                look();
                TimeUnit.MILLISECONDS.sleep(500);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        for (int slice : stream.complete()) {
            if (!seen.contains(slice)) {
                try {
                    if (!judgeAndDelete(slice)) {
                        return;
                    }
                    seen.add(slice);
                } catch (IllegalStateException serverAway) {
                    return;
                }
            }
        }
    }

    private boolean judgeAndDelete(int slice) {
        String selected = pods + "?labelSelector=" + PodStream.SLICE + "=" + slice;
        Answer list = api.get(selected);
        if (!list.ok()) {
            return false;
        }
        list.at("/items").forEach(this::judge);
        return api.delete(selected).ok();
    }

    private void judge(JsonNode pod) {
        String name = pod.at("/metadata/name").asText();
        names.add(name);
        Sort sort = Sort.valueOf(pod.at("/metadata/labels").path(PodStream.SORT).asText());
        String profiles = Profiles.of(pod);
        if (!profiles.equals(sort.stored())) {
            wrong.add(name + " (" + sort + "): " + profiles);
        }
    }

    /** Looks at the last ones; the stream has ended. */
    void end() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
        look();
        // What belongs to a slice that was deleted already would still be there.
        api.get(pods + "?labelSelector=" + PodStream.SLICE).at("/items").forEach(this::judge);
    }

    /** The names of all that were stored. */
    Set<String> names() {
        synchronized (names) {
            return Set.copyOf(names);
        }
    }

    /** Those that are stored as no policy allows. */
    List<String> wrong() {
        synchronized (wrong) {
            return List.copyOf(wrong);
        }
    }

    @Override
    public void close() {
        ended = true;
        thread.interrupt();
    }
}
