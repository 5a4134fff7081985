package dev.apparmoradmission.e2e.node;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A node's inventory ConfigMap as a watch shows it, each version with the moment it was seen. */
final class PublishedInventory implements AutoCloseable {
    private final String node;
    private final List<Version> versions = new CopyOnWriteArrayList<>();
    private final Watch watch;

    /**
     * What was published once.
     *
     * @param seenAt when, by {@link System#nanoTime()}
     * @param value headers and list
     * @param object the whole object
     */
    record Version(long seenAt, String value, ConfigMap object) {
        /** The kernel's lines. */
        Set<String> profiles() {
            Set<String> lines = new TreeSet<>(value.lines().toList());
            lines.removeIf(line -> line.startsWith("# ") || line.isBlank());
            return lines;
        }

        /** The texts of the headers with this name. */
        List<String> headers(String name) {
            String start = "# " + name + ": ";
            return value.lines()
                    .filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()))
                    .toList();
        }
    }

    PublishedInventory(ApiServer api, String node) {
        this.node = node;
        this.watch = api.client()
                .configMaps()
                .inNamespace(WebhookProcess.NAMESPACE)
                .withName(name())
                .watch(new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, ConfigMap object) {
                        long now = System.nanoTime();
                        if (action != Action.DELETED && object.getData() != null) {
                            versions.add(new Version(now, object.getData().getOrDefault(node, ""), object));
                        }
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        throw new IllegalStateException("the watch of " + name() + " ended", cause);
                    }
                });
    }

    String name() {
        return "apparmor-inventory-" + node;
    }

    /** How often it was written so far. */
    int count() {
        return versions.size();
    }

    Optional<Version> latest() {
        return versions.isEmpty() ? Optional.empty() : Optional.of(versions.get(versions.size() - 1));
    }

    /** The first version from that number on that is so. */
    Optional<Version> firstSince(int number, Predicate<Version> isSo) {
        return versions.stream().skip(number).filter(isSo).findFirst();
    }

    @Override
    public void close() {
        watch.close();
    }
}
