package dev.apparmoradmission.cluster;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The file system's word that something happened in a directory. A hint: where the system gives none, time passes instead. */
final class ChangeNotice implements AutoCloseable {

    private final Optional<WatchService> service = open();
    private final Map<Path, WatchKey> keys = new HashMap<>();

    /** Watches these directories, and no longer any other. */
    void watch(Set<Path> directories) {
        service.ifPresent(watch -> {
            keys.entrySet().removeIf(entry -> {
                boolean gone = !directories.contains(entry.getKey())
                        || !entry.getValue().isValid();
                if (gone) {
                    entry.getValue().cancel();
                }
                return gone;
            });
            for (Path directory : directories) {
                if (!keys.containsKey(directory)) {
                    register(directory, watch);
                }
            }
        });
    }

    private void register(Path directory, WatchService watch) {
        try {
            keys.put(
                    directory,
                    directory.register(
                            watch,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_DELETE,
                            StandardWatchEventKinds.ENTRY_MODIFY));
        } catch (IOException e) {
            // Gone again, or out of inotify watches: the poll sees to it.
        }
    }

    /** Waits for a notice, but no longer than this. */
    void await(Duration atMost) throws InterruptedException {
        if (service.isEmpty()) {
            Thread.sleep(atMost.toMillis());
            return;
        }
        WatchKey key = service.get().poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        while (key != null) {
            key.pollEvents();
            key.reset();
            key = service.get().poll();
        }
    }

    @Override
    public void close() {
        service.ifPresent(watch -> {
            try {
                watch.close();
            } catch (IOException e) {
                // There is nothing left to be told.
            }
        });
    }

    private static Optional<WatchService> open() {
        try {
            return Optional.of(FileSystems.getDefault().newWatchService());
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
