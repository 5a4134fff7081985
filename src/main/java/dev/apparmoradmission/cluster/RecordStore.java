package dev.apparmoradmission.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an informer keeps of each object: the little that we need of it, and its identity and version, by which the informer
 * tells changes. A Node of a real cluster is 10 to 30 KiB, most of it images and managed fields, and its kubelet renews it every
 * five minutes though nothing changes that we need: nobody is told of that.
 *
 * @param <T> the kind of object
 * @param <R> what is kept of it; equal where nothing changed
 */
public final class RecordStore<T extends HasMetadata, R> implements ItemStore<T> {

    private record Entry<R>(@Nullable String uid, @Nullable String resourceVersion, R kept) {}

    /** In the order of keys, so that thousands of records need not be sorted for each picture. */
    private final Map<String, Entry<R>> entries = new ConcurrentSkipListMap<>();

    private final Function<T, R> reading;
    private final Function<ObjectMeta, T> husks;
    private final Runnable changed;

    /**
     * Makes an empty store.
     *
     * @param reading takes from an object what is kept
     * @param husks makes an object that has nothing but this metadata
     * @param changed is told of every change of what is kept
     */
    public RecordStore(Function<T, R> reading, Function<ObjectMeta, T> husks, Runnable changed) {
        this.reading = reading;
        this.husks = husks;
        this.changed = changed;
    }

    /** What is kept of all objects, in the order of their keys. */
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
        R read = reading.apply(object);
        Entry<R> old = entries.get(key);
        // Where nothing changed the old record stays: those who hold it need not hold two.
        Optional<R> same = Optional.ofNullable(old).map(Entry::kept).filter(read::equals);
        entries.put(key, new Entry<>(metadata.getUid(), metadata.getResourceVersion(), same.orElse(read)));
        if (same.isEmpty()) {
            changed.run();
        }
        return old == null ? null : husk(key, old);
    }

    @Override
    public @Nullable T remove(String key) {
        Entry<R> old = entries.remove(key);
        if (old == null) {
            return null;
        }
        changed.run();
        return husk(key, old);
    }

    @Override
    public Stream<String> keySet() {
        return entries.keySet().stream();
    }

    @Override
    public Stream<T> values() {
        return entries.entrySet().stream().map(entry -> husk(entry.getKey(), entry.getValue()));
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public @Nullable T get(String key) {
        return Optional.ofNullable(entries.get(key))
                .map(entry -> husk(key, entry))
                .orElse(null);
    }

    /** What is kept is not the whole object. */
    @Override
    public boolean isFullState() {
        return false;
    }

    /** Made when it is asked for, which is seldom: kept, it would take as much as the record. */
    private T husk(String key, Entry<R> entry) {
        int slash = key.indexOf('/');
        ObjectMeta few = new ObjectMeta();
        few.setNamespace(slash < 0 ? null : key.substring(0, slash));
        few.setName(key.substring(slash + 1));
        few.setUid(entry.uid());
        few.setResourceVersion(entry.resourceVersion());
        return husks.apply(few);
    }
}
