package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What an informer keeps of objects, and when anybody is told. */
class RecordStoreTest {

    private final AtomicInteger told = new AtomicInteger();
    private final RecordStore<Node, Map<String, String>> store = new RecordStore<>(
            node -> node.getMetadata().getLabels(),
            few -> new NodeBuilder().withMetadata(few).build(),
            told::incrementAndGet);

    @Test
    void an_update_that_changes_nothing_of_what_is_kept_is_not_told() {
        store.put("n1", node("n1", "1", "zone", "a"));
        Map<String, String> kept = store.records().iterator().next();

        store.put("n1", node("n1", "2", "zone", "a"));

        assertThat(told).hasValue(1);
        assertThat(store.records().iterator().next()).isSameAs(kept);
        assertThat(store.get("n1").getMetadata().getResourceVersion())
                .as("the informer goes on from the newest version")
                .isEqualTo("2");
    }

    @Test
    void a_change_of_what_is_kept_is_told() {
        store.put("n1", node("n1", "1", "zone", "a"));
        store.put("n1", node("n1", "2", "zone", "b"));

        assertThat(told).hasValue(2);
        assertThat(store.records()).containsExactly(Map.of("zone", "b"));
    }

    @Test
    void what_goes_is_told_once() {
        store.put("n1", node("n1", "1", "zone", "a"));

        assertThat(store.remove("n1")).isNotNull();
        assertThat(store.remove("n1")).isNull();
        assertThat(told).hasValue(2);
        assertThat(store.size()).isZero();
    }

    @Test
    void the_informer_gets_back_identity_and_version_of_what_was_there() {
        assertThat(store.put("shop/web", namespaced("1"))).isNull();

        Node before = store.put("shop/web", namespaced("2"));

        assertThat(before).isNotNull();
        assertThat(before.getMetadata().getNamespace()).isEqualTo("shop");
        assertThat(before.getMetadata().getName()).isEqualTo("web");
        assertThat(before.getMetadata().getUid()).isEqualTo("uid-web");
        assertThat(before.getMetadata().getResourceVersion()).isEqualTo("1");
        assertThat(before.getMetadata().getLabels()).isEmpty();
        assertThat(store.values()).hasSize(1);
        assertThat(store.keySet()).containsExactly("shop/web");
        assertThat(store.isFullState()).isFalse();
    }

    @Test
    void records_come_in_the_order_of_their_keys() {
        for (String name : new String[] {"n3", "n1", "n2"}) {
            store.put(name, node(name, "1", "host", name));
        }

        assertThat(store.records()).containsExactly(Map.of("host", "n1"), Map.of("host", "n2"), Map.of("host", "n3"));
    }

    private static Node node(String name, String version, String label, String value) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("uid-" + name)
                .withResourceVersion(version)
                .addToLabels(label, value)
                .endMetadata()
                .withNewStatus()
                .addNewImage()
                .withNames("an image")
                .endImage()
                .endStatus()
                .build();
    }

    private static Node namespaced(String version) {
        Node node = node("web", version, "a", "b");
        node.getMetadata().setNamespace("shop");
        return node;
    }
}
