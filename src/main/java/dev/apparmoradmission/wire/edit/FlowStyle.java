package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.wire.SourceNode;
import dev.apparmoradmission.wire.SourceNode.Field;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Fields of objects as JSON and YAML write them in braces.
 *
 * @param quoted whether names and strings are in double quotes
 * @param colon what stands between name and value
 * @param comma what stands between fields on one line
 * @param padding what stands between braces and fields on one line
 * @param layout how fields stand on lines of their own; absent where they do not
 */
record FlowStyle(boolean quoted, String colon, String comma, String padding, Optional<Layout> layout) {

    /** That of a text that has no braces yet. */
    static final FlowStyle PLAIN = new FlowStyle(false, ": ", ", ", "", Optional.empty());

    /**
     * Fields on lines of their own.
     *
     * @param lineBreak how lines end
     * @param indentation what stands before a field
     * @param step what stands before a field of an object in a field, in addition
     */
    record Layout(String lineBreak, String indentation, String step) {
        Layout deeper() {
            return new Layout(lineBreak, indentation + step, step);
        }
    }

    /** The style of an object that has fields of its own; this one's where it has none. */
    FlowStyle of(SourceNode object, Lines lines) {
        List<Field> fields = object.ownFields();
        if (fields.isEmpty()) {
            return this;
        }
        String text = lines.text();
        Field last = fields.get(fields.size() - 1);
        boolean inQuotes = text.charAt(last.start()) == '"';
        String between = text.substring(
                last.nameEnd(), Math.max(last.nameEnd(), last.value().start()));
        // The value of an alias stands elsewhere.
        boolean near = between.matches("[ \\t]*:[ \\t]*") && last.value().start() < last.end();
        String own = near ? between : ": ";
        String around = inQuotes || own.endsWith(" ") ? own : ": ";
        int open = text.indexOf('{', object.start());
        String inside = text.startsWith("{ ", open) ? " " : "";
        return new FlowStyle(inQuotes, around, around.endsWith(" ") ? ", " : ",", inside, layout(object, last, lines));
    }

    private static Optional<Layout> layout(SourceNode object, Field last, Lines lines) {
        Optional<String> before = lines.indentation(last.start());
        int close = object.end() - 1;
        if (before.isEmpty() || lines.start(close) <= last.start()) {
            return Optional.empty();
        }
        String closing = lines.indentation(close).orElse("");
        boolean isStep = before.get().startsWith(closing) && before.get().length() > closing.length();
        String step = isStep ? before.get().substring(closing.length()) : "  ";
        return Optional.of(new Layout(lines.lineBreak(last.start()), before.get(), step));
    }

    /** That of an object in a field. */
    FlowStyle deeper() {
        return new FlowStyle(quoted, colon, comma, padding, layout.map(Layout::deeper));
    }

    /** A field. */
    String field(String name, JsonNode value) {
        String written = value.isObject() ? deeper().object(value) : string(value.textValue());
        return (quoted ? Scalars.quoted(name) : name) + colon + written;
    }

    private String string(String text) {
        return quoted ? Scalars.quoted(text) : Scalars.yaml(text);
    }

    /** An object, whose fields have this style. */
    String object(JsonNode object) {
        return "{" + inside(object) + "}";
    }

    /** What stands in the braces of an object. */
    String inside(JsonNode object) {
        List<String> fields = object.properties().stream()
                .map((Map.Entry<String, JsonNode> field) -> field(field.getKey(), field.getValue()))
                .toList();
        if (layout.isEmpty()) {
            return padding + String.join(comma, fields) + padding;
        }
        String before = layout.get().lineBreak() + layout.get().indentation();
        String closing = layout.get().lineBreak()
                + layout.get().indentation().substring(layout.get().step().length());
        return fields.stream().map(field -> before + field).collect(Collectors.joining(",")) + closing;
    }
}
