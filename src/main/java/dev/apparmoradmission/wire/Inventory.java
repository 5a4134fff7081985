package dev.apparmoradmission.wire;

import dev.apparmoradmission.node.NodeInventory;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What all ConfigMaps together report (contract §5).
 *
 * @param nodes the value that counts for each node
 * @param notes what the values that count say to people; empty where the reader keeps none
 * @param unreadable nodes that are named, but of which no value could be read: they exist and have no inventory
 */
public record Inventory(Map<String, NodeInventory> nodes, Map<String, NodeNotes> notes, Set<String> unreadable) {

    /** Nothing was reported. */
    public static final Inventory EMPTY = new Inventory(Map.of(), Map.of(), Set.of());

    private record Value(NodeInventory inventory, String resourceVersion, Optional<NodeNotes> notes) {}

    /** Copies the collections. */
    public Inventory {
        nodes = Map.copyOf(nodes);
        notes = Map.copyOf(notes);
        unreadable = Set.copyOf(unreadable);
    }

    /**
     * Joins what several ConfigMaps report. Of two values for one node the one observed last counts; one that tells when it
     * was observed goes before one that does not; else the higher resourceVersion counts, and the later in this order where
     * that does not differ either.
     */
    public static Inventory join(Collection<InventoryPart> parts) {
        Map<String, Value> values = new HashMap<>();
        Set<String> unreadable = new HashSet<>();
        Map<String, NodeNotes> notes = new HashMap<>();
        for (InventoryPart part : parts) {
            part.nodes().forEach((node, inventory) -> {
                Optional<NodeNotes> own = Optional.ofNullable(part.notes().get(node));
                if (inventory.isEmpty()) {
                    unreadable.add(node);
                    own.ifPresent(said -> notes.put(node, said));
                } else {
                    values.merge(node, new Value(inventory.get(), part.resourceVersion(), own), Inventory::newer);
                }
            });
        }
        unreadable.removeAll(values.keySet());
        Map<String, NodeInventory> nodes = new HashMap<>();
        values.forEach((node, value) -> {
            nodes.put(node, value.inventory());
            value.notes().ifPresent(said -> notes.put(node, said));
        });
        return new Inventory(nodes, notes, unreadable);
    }

    private static Value newer(Value before, Value after) {
        Optional<Instant> one = before.inventory().observedAt();
        Optional<Instant> other = after.inventory().observedAt();
        int byAge = one.isPresent() && other.isPresent()
                ? one.get().compareTo(other.get())
                : Boolean.compare(one.isPresent(), other.isPresent());
        int order = byAge != 0 ? byAge : compareVersions(before.resourceVersion(), after.resourceVersion());
        return order > 0 ? before : after;
    }

    /** Versions are opaque by the letter of the API; numbers in every server that exists, and documented as such since 1.35. */
    private static int compareVersions(String one, String other) {
        if (isNumber(one) && isNumber(other)) {
            String a = withoutZeros(one);
            String b = withoutZeros(other);
            return a.length() != b.length() ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
        }
        return one.compareTo(other);
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static String withoutZeros(String digits) {
        int first = 0;
        while (first < digits.length() - 1 && digits.charAt(first) == '0') {
            first++;
        }
        return digits.substring(first);
    }
}
