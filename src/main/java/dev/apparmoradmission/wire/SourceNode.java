package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A value of a document and the characters of the file in which it is written, for whoever edits the text. What an alias or a
 * merge key brings in has the place of what it stands for.
 *
 * @param value the value, with all that is in it
 * @param start where it begins, counted in {@link Documents#text}
 * @param end where it ends; without brackets, the end of the last value in it
 * @param flow whether it is an object or a list in braces or brackets
 * @param endsInLines whether the last value in it is a scalar of whole lines, as behind {@code |} and {@code >}
 * @param fields what an object holds
 * @param items what a list holds
 */
public record SourceNode(
        JsonNode value,
        int start,
        int end,
        boolean flow,
        boolean endsInLines,
        List<Field> fields,
        List<SourceNode> items) {

    /**
     * A field of an object.
     *
     * @param name its name
     * @param start where the name begins
     * @param nameEnd where the name ends
     * @param end where the field ends; behind the alias where its value is one
     * @param borrowed whether a merge key brings it in, so that it is not written in this object
     * @param value its value
     */
    public record Field(String name, int start, int nameEnd, int end, boolean borrowed, SourceNode value) {}

    /** Copies the lists. */
    public SourceNode {
        fields = List.copyOf(fields);
        items = List.copyOf(items);
    }

    /** A field of an object; empty where there is none, or where this is no object. */
    public Optional<Field> field(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }

    /** The value at this place in it; empty where there is none. */
    public Optional<SourceNode> at(JsonPointer pointer) {
        Optional<SourceNode> node = Optional.of(this);
        for (JsonPointer rest = pointer; !rest.matches() && node.isPresent(); rest = rest.tail()) {
            SourceNode here = node.get();
            int index = rest.getMatchingIndex();
            node = here.value.isArray()
                    ? Optional.of(index)
                            .filter(i -> i >= 0 && i < here.items.size())
                            .map(here.items::get)
                    : here.field(rest.getMatchingProperty()).map(Field::value);
        }
        return node;
    }

    /** The fields that are written in this object itself, in their order. */
    public List<Field> ownFields() {
        return fields.stream().filter(field -> !field.borrowed()).toList();
    }

    /** Reads the value whose first token is current. */
    static SourceNode read(JsonParser parser) throws IOException {
        if (!(parser instanceof Spanned spanned)) {
            throw new IllegalArgumentException("a parser of a document of a file is needed");
        }
        return new Reading(parser, spanned).value();
    }

    /** One pass over the tokens. Those that are written where they are met come in the order of the text. */
    private static final class Reading {

        private final JsonParser parser;
        private final Spanned spanned;

        /** How far the text has been read. A token that begins before it is brought in from there. */
        private int reached;

        private boolean endsInLines;

        /** In how many values that stand elsewhere this is. */
        private int elsewhere;

        Reading(JsonParser parser, Spanned spanned) {
            this.parser = parser;
            this.spanned = spanned;
        }

        SourceNode value() throws IOException {
            JsonToken token = parser.currentToken();
            boolean borrowed = spanned.start() < reached;
            int reachedBefore = borrowed ? Math.max(reached, spanned.aliasEnd()) : reached;
            if (borrowed) {
                reached = spanned.start();
                elsewhere++;
            }
            SourceNode read = switch (token) {
                case START_OBJECT -> object();
                case START_ARRAY -> list();
                default -> scalar(token);
            };
            if (borrowed) {
                reached = reachedBefore;
                endsInLines = false;
                elsewhere--;
            }
            return read;
        }

        private SourceNode object() throws IOException {
            int start = spanned.start();
            boolean flow = spanned.isFlow();
            reached = flow ? start + 1 : start;
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            List<Field> fields = new ArrayList<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                int nameStart = spanned.start();
                int nameEnd = spanned.end();
                int reachedBefore = reached;
                boolean endedInLines = endsInLines;
                boolean borrowed = nameStart < reached;
                elsewhere += borrowed ? 1 : 0;
                reached = nameEnd;
                endsInLines = false;
                parser.nextToken();
                SourceNode value = value();
                fields.add(new Field(name, nameStart, nameEnd, reached, borrowed, value));
                if (borrowed) {
                    reached = reachedBefore;
                    endsInLines = endedInLines;
                    elsewhere--;
                }
                object.set(name, value.value());
            }
            close(flow);
            return new SourceNode(object, start, reached, flow, endsInLines, fields, List.of());
        }

        private SourceNode list() throws IOException {
            int start = spanned.start();
            boolean flow = spanned.isFlow();
            reached = flow ? start + 1 : start;
            ArrayNode list = JsonNodeFactory.instance.arrayNode();
            List<SourceNode> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                SourceNode item = value();
                items.add(item);
                list.add(item.value());
            }
            close(flow);
            return new SourceNode(list, start, reached, flow, endsInLines, List.of(), items);
        }

        /** At the end of an object or a list, in which a merge key may have been the last to be written. */
        private void close(boolean flow) {
            if (flow) {
                reached = spanned.end();
                endsInLines = false;
            } else if (elsewhere == 0 && spanned.aliasEnd() > reached) {
                reached = spanned.aliasEnd();
                endsInLines = false;
            }
        }

        private SourceNode scalar(JsonToken token) throws IOException {
            int start = spanned.start();
            reached = spanned.end();
            endsInLines = spanned.isBlockScalar();
            JsonNode value = Located.scalar(parser, token, JsonNodeFactory.instance);
            return new SourceNode(value, start, reached, false, endsInLines, List.of(), List.of());
        }
    }
}
