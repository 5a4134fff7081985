package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.wire.SourceNode;
import dev.apparmoradmission.wire.SourceNode.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Turns the edits of one document into splices of its text, in the style of what stands around them. A field is put behind the
 * last one of its object.
 */
final class DocumentEditor {

    private static final int USUAL_STEP = 2;

    private final SourceNode root;
    private final String text;
    private final Lines lines;
    private final List<Splice> splices = new ArrayList<>();

    private DocumentEditor(SourceNode root, String text) {
        this.root = root;
        this.text = text;
        this.lines = new Lines(text);
    }

    /**
     * What some edits make of a document.
     *
     * @param splices what they change in the text
     * @param intended what the document must hold then
     */
    record Plan(List<Splice> splices, UnaryOperator<JsonNode> intended) {}

    /**
     * The plan for some edits.
     *
     * @param text the text of the file
     * @throws UneditableException where one cannot be made
     */
    static Plan plan(SourceNode root, String text, List<Edit> edits) throws UneditableException {
        DocumentEditor editor = new DocumentEditor(root, text);
        for (Edit edit : edits) {
            if (edit instanceof Edit.Put put) {
                editor.put(put);
            } else if (edit instanceof Edit.Rewrite rewrite) {
                editor.rewrite(rewrite);
            }
        }
        Removal removal = new Removal(root, editor.lines);
        Set<JsonPointer> removed = removal.removed(edits);
        editor.splices.addAll(removal.splices(removed));
        return new Plan(editor.splices, before -> IntendedTree.of(before, edits, removed));
    }

    // ---- a field with a value

    /**
     * An object on the way to a value.
     *
     * @param node the object
     * @param depth how deep it lies
     * @param step how much deeper it is indented than what it is in, or the last one that was
     * @param flow the style of its fields, where it is in braces
     */
    private record Way(SourceNode node, int depth, Optional<Integer> step, FlowStyle flow) {}

    private void put(Edit.Put put) throws UneditableException {
        JsonPointer rest = put.at();
        FlowStyle outermost =
                root.flow() && root.value().isObject() ? FlowStyle.PLAIN.of(root, lines) : FlowStyle.PLAIN;
        Way way = new Way(root, 0, Optional.empty(), outermost);
        while (!rest.matches()) {
            if (rest.mayMatchElement() && way.node().value().isArray()) {
                way = into(way, way.node().items().get(rest.getMatchingIndex()));
            } else {
                Optional<Field> field = way.node().field(rest.getMatchingProperty());
                if (field.isEmpty()) {
                    insert(way, rest.getMatchingProperty(), within(rest.tail(), put.value()));
                    return;
                }
                if (field.get().value().value().isNull()) {
                    fill(way, field.get(), within(rest.tail(), put.value()));
                    return;
                }
                way = into(way, field.get().value());
            }
            rest = rest.tail();
        }
        throw new UneditableException(put.at() + " is there already");
    }

    private Way into(Way around, SourceNode node) {
        boolean nested = isBlockObject(around.node()) && isBlockObject(node);
        int deeper = nested ? column(node) - column(around.node()) : 0;
        return new Way(
                node,
                around.depth() + 1,
                deeper > 0 ? Optional.of(deeper) : around.step(),
                node.flow() && node.value().isObject() ? around.flow().deeper().of(node, lines) : around.flow());
    }

    private static boolean isBlockObject(SourceNode node) {
        return node.value().isObject() && !node.flow();
    }

    /** The value in an object for each part of the path that is left. */
    private static JsonNode within(JsonPointer path, JsonNode value) {
        if (path.matches()) {
            return value;
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.set(path.getMatchingProperty(), within(path.tail(), value));
        return object;
    }

    private void insert(Way way, String name, JsonNode value) throws UneditableException {
        if (way.node().flow()) {
            insertInBraces(way, name, value);
        } else {
            insertLines(way, name, value);
        }
    }

    private void insertLines(Way way, String name, JsonNode value) throws UneditableException {
        SourceNode object = way.node();
        List<String> added = new BlockStyle(column(object), step(way)).lines(name, value);
        int at = lines.end(object.end());
        String lineBreak = lines.lineBreak(at);
        if (object.endsInLines() && at == text.length()) {
            // A line break behind it would be one more in that text.
            List<Field> own = object.ownFields();
            Field last = own.get(own.size() - 1);
            if (lines.indentation(last.start()).isEmpty()) {
                throw new UneditableException("the file ends in the middle of a text: end it with a line break");
            }
            int before = lines.start(last.start());
            splices.add(new Splice(before, before, String.join(lineBreak, added) + lineBreak, way.depth()));
            return;
        }
        splices.add(new Splice(at, at, lineBreak + String.join(lineBreak, added), way.depth()));
    }

    /** Where the names in an object without braces begin. */
    private int column(SourceNode object) {
        List<Field> own = object.ownFields();
        return lines.column(own.isEmpty() ? object.start() : own.get(0).start());
    }

    /** How deep an object in an object is indented hereabouts. */
    private int step(Way way) {
        for (Field field : way.node().ownFields()) {
            SourceNode value = field.value();
            if (isBlockObject(value)
                    && value.start() > field.nameEnd()
                    && column(value) > lines.column(field.start())) {
                return column(value) - lines.column(field.start());
            }
        }
        return way.step().orElse(USUAL_STEP);
    }

    private void insertInBraces(Way way, String name, JsonNode value) {
        SourceNode object = way.node();
        FlowStyle style = way.flow();
        List<Field> own = object.ownFields();
        int close = object.end() - 1;
        if (own.isEmpty()) {
            int open = text.indexOf('{', object.start()) + 1;
            if (lines.isBlank(open, close)) {
                ObjectNode whole = JsonNodeFactory.instance.objectNode();
                whole.set(name, value);
                splices.add(new Splice(open, close, style.inside(whole), way.depth()));
            } else {
                // A comment, or a merge key.
                String entry = style.field(name, value);
                boolean merged = !object.value().isEmpty();
                splices.add(new Splice(open, open, merged ? entry + style.comma() : entry, way.depth()));
            }
            return;
        }
        Field last = own.get(own.size() - 1);
        String entry = style.field(name, value);
        int comma = comma(last.end(), close);
        int behind = comma < 0 ? last.end() : comma + 1;
        if (style.layout().isPresent()) {
            FlowStyle.Layout layout = style.layout().get();
            if (comma < 0) {
                splices.add(new Splice(last.end(), last.end(), ",", way.depth()));
            }
            int at = lines.end(behind);
            splices.add(new Splice(at, at, layout.lineBreak() + layout.indentation() + entry, way.depth() - 1));
        } else {
            splices.add(new Splice(behind, behind, (comma < 0 ? style.comma() : " ") + entry, way.depth()));
        }
    }

    /** The comma between two places, where nothing else is but white space and comments; -1 where there is none. */
    private int comma(int from, int to) {
        for (int at = from; at < to; at++) {
            switch (text.charAt(at)) {
                case ',' -> {
                    return at;
                }
                case '#' -> at = lines.end(at);
                default -> {
                    // White space, or the end of a comment's line.
                }
            }
        }
        return -1;
    }

    /** Gives a field that is null a value. */
    private void fill(Way way, Field field, JsonNode value) {
        SourceNode empty = field.value();
        boolean unwritten = empty.start() == empty.end();
        if (way.node().flow() || !unwritten) {
            FlowStyle style = way.node().flow() ? way.flow().deeper() : FlowStyle.PLAIN;
            String gap = unwritten && !Character.isWhitespace(text.charAt(empty.start() - 1)) ? " " : "";
            splices.add(new Splice(empty.start(), empty.end(), gap + style.object(value), way.depth() + 1));
            return;
        }
        BlockStyle style = new BlockStyle(lines.column(field.start()), step(way)).deeper();
        int at = lines.end(empty.start());
        String lineBreak = lines.lineBreak(at);
        splices.add(new Splice(at, at, lineBreak + String.join(lineBreak, style.lines(value)), way.depth() + 1));
    }

    // ---- a string

    private void rewrite(Edit.Rewrite rewrite) throws UneditableException {
        SourceNode node =
                root.at(rewrite.at()).orElseThrow(() -> new UneditableException(rewrite.at() + " is not there"));
        if (node.endsInLines()) {
            throw new UneditableException("the value stands on lines of its own");
        }
        String written = text.substring(node.start(), node.end());
        String value = switch (written.charAt(0)) {
            case '"' -> Scalars.quoted(rewrite.text());
            case '\'' -> Scalars.singleQuoted(rewrite.text());
            case '&', '!' -> throw new UneditableException("the value has an anchor or a tag");
            default -> Scalars.yaml(rewrite.text());
        };
        splices.add(new Splice(node.start(), node.end(), value, 0));
    }
}
