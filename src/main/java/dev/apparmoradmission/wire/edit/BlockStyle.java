package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Fields of objects as YAML writes them on lines of their own.
 *
 * @param column where the names begin
 * @param step how much deeper the names begin of an object in a field
 */
record BlockStyle(int column, int step) {

    /** The lines of a field. */
    List<String> lines(String name, JsonNode value) {
        List<String> lines = new ArrayList<>();
        String indentation = " ".repeat(column);
        if (value.isObject()) {
            lines.add(indentation + name + ":");
            lines.addAll(deeper().lines(value));
        } else {
            lines.add(indentation + name + ": " + Scalars.yaml(value.textValue()));
        }
        return lines;
    }

    /** The lines of the fields of an object. */
    List<String> lines(JsonNode object) {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            lines.addAll(lines(field.getKey(), field.getValue()));
        }
        return lines;
    }

    /** That of an object in a field. */
    BlockStyle deeper() {
        return new BlockStyle(column + step, step);
    }
}
