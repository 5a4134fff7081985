package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** What a document must hold after some edits: by this the edited text is proved. */
final class IntendedTree {

    private IntendedTree() {}

    /**
     * A document with these edits; the one that is given stays as it is.
     *
     * @param removed what is removed by them
     */
    static JsonNode of(JsonNode before, List<Edit> edits, Set<JsonPointer> removed) {
        JsonNode tree = before.deepCopy();
        for (Edit edit : edits) {
            if (edit instanceof Edit.Put put) {
                put(tree, put.at(), put.value().deepCopy());
            } else if (edit instanceof Edit.Rewrite rewrite) {
                ((ObjectNode) tree.at(rewrite.at().head()))
                        .set(rewrite.at().last().getMatchingProperty(), TextNode.valueOf(rewrite.text()));
            }
        }
        for (JsonPointer at : removed) {
            ((ObjectNode) tree.at(at.head())).remove(at.last().getMatchingProperty());
        }
        return tree;
    }

    private static void put(JsonNode tree, JsonPointer at, JsonNode value) {
        JsonNode node = tree;
        JsonPointer rest = at;
        while (!rest.tail().matches()) {
            JsonNode next = node.isArray() ? node.get(rest.getMatchingIndex()) : node.get(rest.getMatchingProperty());
            if (next == null || next.isNull()) {
                next = ((ObjectNode) node).putObject(rest.getMatchingProperty());
            }
            node = next;
            rest = rest.tail();
        }
        ((ObjectNode) node).set(rest.getMatchingProperty(), value);
    }

    /**
     * What is removed by the removals among these: where an object is emptied by them, that object.
     *
     * @param bare whether nothing is written in an object that would be lost with it
     */
    static Set<JsonPointer> removed(List<Edit> edits, JsonNode before, Predicate<JsonPointer> bare) {
        Set<JsonPointer> removed = new LinkedHashSet<>();
        Map<JsonPointer, Integer> emptied = new HashMap<>();
        for (Edit edit : edits) {
            if (edit instanceof Edit.Remove remove) {
                removed.add(remove.at());
                emptied.merge(remove.at().head(), remove.emptied(), Math::max);
            }
        }
        for (Map.Entry<JsonPointer, Integer> entry : List.copyOf(emptied.entrySet())) {
            JsonPointer object = entry.getKey();
            for (int left = entry.getValue();
                    left > 0 && isEmptied(object, before, removed) && bare.test(object);
                    left--) {
                JsonPointer gone = object;
                removed.removeIf(at -> gone.equals(at.head()));
                removed.add(gone);
                object = gone.head();
            }
        }
        return removed;
    }

    private static boolean isEmptied(JsonPointer object, JsonNode before, Set<JsonPointer> removed) {
        for (Map.Entry<String, JsonNode> field : before.at(object).properties()) {
            if (!removed.contains(object.appendProperty(field.getKey()))) {
                return false;
            }
        }
        return !object.matches();
    }
}
