package dev.apparmoradmission.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an informer keeps of each object: the little that we need of it, and a husk with name and version, by which the informer
 * tells changes. A Node of a real cluster is 10 to 30 KiB, most of it images and managed fields.
 *
 * @param <T> the kind of object
 * @param <R> what is kept of it
 */
public final class RecordStore<T extends HasMetadata, R> implements ItemStore<T> {

    private record Entry<T, R>(T husk, R kept) {}

    private final Map<String, Entry<T, R>> entries = new ConcurrentHashMap<>();
    private final Function<T, R> reading;
    private final Function<ObjectMeta, T> husks;
    private final Runnable changed;

    /**
     * Makes an empty store.
     *
     * @param reading takes from an object what is kept
     * @param husks makes an object that has nothing but this metadata
     * @param changed is told of every change
     */
    public RecordStore(Function<T, R> reading, Function<ObjectMeta, T> husks, Runnable changed) {
        this.reading = reading;
        this.husks = husks;
        this.changed = changed;
    }

    /** What is kept of all objects. */
    public Collection<R> records() {
        return entries.values().stream().map(Entry::kept).toList();
    }

    @Override
    public String getKey(T object) {
        return Cache.metaNamespaceKeyFunc(object);
    }

    @Override
    public @Nullable T put(String key, T object) {
        ObjectMeta metadata = object.getMetadata();
        ObjectMeta few = new ObjectMeta();
        few.setNamespace(metadata.getNamespace());
        few.setName(metadata.getName());
        few.setUid(metadata.getUid());
        few.setResourceVersion(metadata.getResourceVersion());
        Entry<T, R> old = entries.put(key, new Entry<>(husks.apply(few), reading.apply(object)));
        changed.run();
        return old == null ? null : old.husk();
    }

    @Override
    public @Nullable T remove(String key) {
        Entry<T, R> old = entries.remove(key);
        changed.run();
        return old == null ? null : old.husk();
    }

    @Override
    public Stream<String> keySet() {
        return entries.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return entries.values().stream().map(Entry::husk);
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public @Nullable T get(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::husk).orElse(null);
    }

    /** What is kept is not the whole object. */
    @Override
    public boolean isFullState() {
        return false;
    }
}
