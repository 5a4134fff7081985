package dev.apparmoradmission.fix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Objects as people and tools write them: indented by two, three or four, lists below their key or deeper, in braces or on
 * lines, quoted or not, with comments everywhere, in JSON of several kinds; with or without anchors.
 */
final class StyledText {

    private final Random random;
    private final boolean anchors;
    private final boolean json;
    private final int step;
    private final int listStep;
    private final String dash;
    private final double flow;
    private final double comments;
    private final boolean quotes;
    private final Map<JsonNode, String> anchored = new LinkedHashMap<>();
    private final StringBuilder out = new StringBuilder();
    private final List<String> notes = new ArrayList<>();
    private int anchorsMade;

    private StyledText(Random random, boolean json, boolean anchors) {
        this.random = random;
        this.json = json;
        this.anchors = anchors;
        this.step = one(2, 2, 2, 3, 4);
        this.listStep = random.nextBoolean() ? 0 : step;
        this.dash = random.nextInt(4) == 0 ? "-   " : "- ";
        this.flow = one(0.0, 0.05, 0.3, 0.8);
        this.comments = one(0.0, 0.0, 0.1, 0.4);
        this.quotes = random.nextInt(4) == 0;
    }

    /**
     * A file with these documents.
     *
     * @param text the text
     * @param comments its comments, in their order
     */
    record File(String text, List<String> comments) {

        byte[] content() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static File of(Random random, List<? extends JsonNode> documents, boolean anchors) {
        boolean json = !anchors && random.nextInt(5) == 0;
        StyledText text = new StyledText(random, json, anchors);
        for (int i = 0; i < documents.size(); i++) {
            text.document(documents.get(i), i > 0 || !json && random.nextBoolean());
        }
        String whole = text.out.toString();
        if (random.nextInt(4) == 0) {
            whole = whole.replace("\n", "\r\n");
        }
        if (random.nextInt(4) == 0) {
            whole = whole.stripTrailing();
        }
        if (random.nextInt(8) == 0) {
            whole = "\uFEFF" + whole;
        }
        return new File(whole, List.copyOf(text.notes));
    }

    @SafeVarargs
    private <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void document(JsonNode value, boolean marked) {
        anchored.clear();
        if (marked) {
            out.append("---")
                    .append(!json && random.nextInt(4) == 0 ? " " + note() : "")
                    .append('\n');
        }
        if (json) {
            if (random.nextInt(3) == 0) {
                out.append(random.nextBoolean() ? value.toString() : inBraces(value, true, "", ", ", ": "))
                        .append('\n');
            } else {
                onLines(value, one("  ", "    ", "\t"), "", true);
                out.append('\n');
            }
        } else if (value.isObject() && random.nextInt(12) == 0) {
            onLines(value, "  ", "", random.nextBoolean());
            out.append('\n');
        } else {
            fields(value, 0);
            out.append(random.nextInt(6) == 0 ? "\n\n" : "");
        }
    }

    private String note() {
        // Beyond ASCII, and beyond what fits in one character.
        notes.add("# note " + notes.size() + "\t" + one(".", ".", "é", "\uD83D\uDD12"));
        return notes.get(notes.size() - 1);
    }

    private String maybeNote() {
        return random.nextDouble() < comments ? one(" ", "   ") + note() : "";
    }

    // ---- on lines of their own

    private void fields(JsonNode object, int column) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            field(field.getKey(), field.getValue(), column, false);
        }
    }

    /** The first field of an item stands behind its dash already. */
    private void field(String name, JsonNode value, int column, boolean behindDash) {
        if (!behindDash) {
            while (random.nextDouble() < comments / 2) {
                out.append(" ".repeat(one(0, column, column, column + 2)))
                        .append(note())
                        .append('\n');
            }
            out.append(random.nextDouble() < comments / 3 ? "\n" : "");
        }
        out.append(behindDash ? "" : " ".repeat(column)).append(name(name)).append(':');
        value(value, column, column + listStep, column + step);
    }

    private void value(JsonNode value, int column, int listColumn, int fieldColumn) {
        if (value.isContainerNode() && anchored.containsKey(value)) {
            out.append(" *").append(anchored.get(value)).append(maybeNote()).append('\n');
            return;
        }
        String anchor = "";
        if (anchors && value.isObject() && !value.isEmpty() && random.nextBoolean()) {
            anchor = " &a" + anchorsMade++;
        }
        if (value.isContainerNode() && (value.isEmpty() || random.nextDouble() < flow)) {
            out.append(anchor).append(' ');
            boolean tall = !value.isEmpty() && random.nextInt(3) == 0;
            if (tall) {
                onLines(value, "  ", " ".repeat(column + step), random.nextBoolean());
            } else {
                String padding = random.nextBoolean() ? " " : "";
                out.append(inBraces(value, random.nextInt(5) == 0, padding, ", ", ": "));
            }
            out.append(maybeNote()).append('\n');
        } else if (value.isObject()) {
            out.append(anchor).append(maybeNote()).append('\n');
            Map.Entry<JsonNode, String> merged = mergeable(value);
            if (merged == null) {
                fields(value, fieldColumn);
            } else {
                out.append(" ".repeat(fieldColumn))
                        .append("<<: *")
                        .append(merged.getValue())
                        .append('\n');
                ObjectNode rest = value.deepCopy();
                merged.getKey().fieldNames().forEachRemaining(rest::remove);
                fields(rest, fieldColumn);
            }
        } else if (value.isArray()) {
            out.append(maybeNote()).append('\n');
            for (JsonNode item : value) {
                item(item, listColumn);
            }
        } else {
            scalar(value, fieldColumn);
        }
        if (!anchor.isEmpty()) {
            anchored.put(value, anchor.substring(2));
        }
    }

    private Map.Entry<JsonNode, String> mergeable(JsonNode value) {
        for (Map.Entry<JsonNode, String> candidate : anchored.entrySet()) {
            boolean within = true;
            Iterator<String> names = candidate.getKey().fieldNames();
            while (names.hasNext()) {
                String name = names.next();
                within &= candidate.getKey().get(name).equals(value.get(name));
            }
            if (within && random.nextBoolean()) {
                return candidate;
            }
        }
        return null;
    }

    private void item(JsonNode item, int column) {
        out.append(" ".repeat(column)).append('-');
        if (item.isObject() && !item.isEmpty() && !anchors && random.nextDouble() >= flow) {
            out.append(dash.substring(1));
            int inner = column + dash.length();
            Iterator<Map.Entry<String, JsonNode>> fields = item.properties().iterator();
            Map.Entry<String, JsonNode> first = fields.next();
            field(first.getKey(), first.getValue(), inner, true);
            fields.forEachRemaining(field -> field(field.getKey(), field.getValue(), inner, false));
        } else {
            value(item, column, column + step, column + step);
        }
    }

    // ---- in braces

    private String inBraces(JsonNode value, boolean quoted, String padding, String comma, String colon) {
        List<String> parts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(item -> parts.add(inBraces(item, quoted, padding, comma, colon)));
            return "[" + String.join(comma, parts) + "]";
        }
        if (!value.isObject()) {
            return quoted || !value.isTextual() ? value.toString() : inline(value.textValue());
        }
        value.properties()
                .forEach(field -> parts.add((quoted ? "\"" + field.getKey() + "\"" : field.getKey())
                        + colon
                        + inBraces(field.getValue(), quoted, padding, comma, colon)));
        String inside = parts.isEmpty() ? "" : padding + String.join(comma, parts) + padding;
        return "{" + inside + "}";
    }

    private void onLines(JsonNode value, String indent, String before, boolean quoted) {
        if (!value.isContainerNode() || value.isEmpty() || value.isArray() && random.nextInt(4) == 0) {
            out.append(inBraces(value, quoted, "", ", ", ": "));
            return;
        }
        out.append(value.isObject() ? '{' : '[');
        Iterator<Map.Entry<String, JsonNode>> fields = value.properties().iterator();
        Iterator<JsonNode> items = value.elements();
        while (items.hasNext()) {
            JsonNode item = items.next();
            out.append(json ? "" : maybeNote()).append('\n').append(before).append(indent);
            if (value.isObject()) {
                String name = fields.next().getKey();
                out.append(quoted ? "\"" + name + "\"" : name).append(": ");
            }
            onLines(item, indent, before + indent, quoted);
            out.append(items.hasNext() ? "," : !json && random.nextInt(4) == 0 ? "," : "");
        }
        out.append(json ? "" : maybeNote()).append('\n').append(before).append(value.isObject() ? '}' : ']');
    }

    // ---- scalars

    private String name(String name) {
        return quotes && random.nextInt(3) == 0 ? one("\"" + name + "\"", "'" + name + "'") : name;
    }

    private void scalar(JsonNode value, int column) {
        if (value.isNull()) {
            String written = one("", " ~", " null");
            out.append(written).append(maybeNote()).append('\n');
            return;
        }
        String text = value.asText();
        boolean lines = value.isTextual() && text.contains("\n") && !text.startsWith("\n") && !text.isBlank();
        if (lines && random.nextInt(4) != 0) {
            String body = text.stripTrailing();
            String behind = text.substring(body.length());
            if (behind.chars().allMatch(c -> c == '\n')) {
                String sign = behind.isEmpty() ? "-" : behind.equals("\n") ? "" : "+";
                out.append(" |").append(sign).append('\n');
                body.lines()
                        .forEach(line -> out.append(line.isEmpty() ? "" : " ".repeat(column) + line)
                                .append('\n'));
                out.append("\n".repeat(Math.max(0, behind.length() - 1)));
                return;
            }
        }
        out.append(' ')
                .append(value.isTextual() ? inline(text) : text)
                .append(maybeNote())
                .append('\n');
    }

    private String inline(String text) {
        boolean plain = text.matches("[A-Za-z][A-Za-z0-9 ./-]*[A-Za-z0-9]")
                && !text.matches("(?i)y|n|yes|no|on|off|true|false|null");
        if (plain && !quotes) {
            return text;
        }
        boolean simple = text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return simple && random.nextBoolean()
                ? "'" + text.replace("'", "''") + "'"
                : TextNode.valueOf(text).toString();
    }
}
