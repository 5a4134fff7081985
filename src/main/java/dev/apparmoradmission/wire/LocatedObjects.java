package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects of one kind in a file: one a document, or the items of lists ({@code kind: List} and typed ones, nested or not).
 * Only one item is in memory at a time, for the list of a large cluster's nodes takes many megabytes.
 */
final class LocatedObjects {

    /** What is done with each object. */
    interface Visitor {
        void visit(Located object) throws MalformedDocumentException;
    }

    private final String kind;
    private final Visitor visitor;
    private boolean found;

    private LocatedObjects(String kind, Visitor visitor) {
        this.kind = kind;
        this.visitor = visitor;
    }

    /**
     * Visits every object of a core kind; objects of other kinds are passed over.
     *
     * @throws MalformedDocumentException where the text is malformed, or holds neither such an object nor a list
     */
    static void visit(byte[] content, String kind, Visitor visitor) throws MalformedDocumentException {
        LocatedObjects objects = new LocatedObjects(kind, visitor);
        Documents documents = Documents.of(content, DocumentLimits.MANIFESTS);
        for (Optional<Document> document = documents.next(); document.isPresent(); document = documents.next()) {
            try {
                objects.read(document.get().parser());
            } catch (MalformedDocumentException e) {
                throw e;
            } catch (IOException e) {
                throw new MalformedDocumentException(document.get().place(), String.valueOf(e.getMessage()));
            }
        }
        if (!objects.found) {
            throw new MalformedDocumentException(Place.START, "holds no " + kind + " and no list of them");
        }
    }

    private void read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        Place place = Located.place(parser);
        Map<String, Located> fields = new LinkedHashMap<>();
        List<Located> waiting = new ArrayList<>();
        boolean list = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Place keyPlace = Located.place(parser);
            parser.nextToken();
            if (name.equals("items") && parser.currentToken() == JsonToken.START_ARRAY) {
                list = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Located item = Located.read(parser);
                    if (text(item, "kind").isEmpty() && !fields.containsKey("kind")) {
                        // Items of a typed list bear no kind, and in a sorted list its own kind comes behind them.
                        waiting.add(item);
                    } else {
                        item(item, itemKind(fields));
                    }
                }
            } else {
                fields.put(name, Located.read(parser, keyPlace));
            }
        }
        for (Located item : waiting) {
            item(item, itemKind(fields));
        }
        if (list) {
            found |= itemKind(fields).isEmpty() || itemKind(fields).equals(kind);
        } else {
            ObjectNode value = JsonNodeFactory.instance.objectNode();
            fields.forEach((name, field) -> value.set(name, field.value()));
            object(new Located(value, place, place, "", fields, List.of()));
        }
    }

    private void item(Located item, String inherited) throws MalformedDocumentException {
        Optional<Located> nested = item.field("items");
        String own = text(item, "kind");
        if (nested.isPresent() && own.endsWith("List")) {
            for (Located inner : nested.get().items()) {
                item(inner, own.substring(0, own.length() - "List".length()));
            }
        } else if ((own.isEmpty() ? inherited : own).equals(kind)) {
            found = true;
            visitor.visit(item);
        }
    }

    private void object(Located object) throws MalformedDocumentException {
        if (text(object, "kind").equals(kind)) {
            found = true;
            visitor.visit(object);
        }
    }

    private static String itemKind(Map<String, Located> fields) {
        Located own = fields.get("kind");
        String listKind = own == null ? "" : own.value().asText("");
        return listKind.endsWith("List") ? listKind.substring(0, listKind.length() - "List".length()) : "";
    }

    private static String text(Located object, String field) {
        return object.field(field).map(value -> value.value().asText("")).orElse("");
    }
}
