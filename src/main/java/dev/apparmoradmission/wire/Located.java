package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A value of a document and where it stands. Depth and size are bounded by the {@link DocumentLimits} it was read with.
 *
 * @param value the value, with all that is in it
 * @param place where it begins
 * @param keyPlace where the name of the field begins that holds it; the same as {@code place} where no field does
 * @param written a scalar as it stands in the file ({@code off} where the value is false); else empty
 * @param fields what an object holds
 * @param items what a list holds
 */
public record Located(
        JsonNode value, Place place, Place keyPlace, String written, Map<String, Located> fields, List<Located> items) {

    /** A field of an object; empty where there is none, or where this is no object. */
    public Optional<Located> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** An item of a list, counted from 0. */
    public Optional<Located> item(int index) {
        return index >= 0 && index < items.size() ? Optional.of(items.get(index)) : Optional.empty();
    }

    /** Reads the value whose first token is current. */
    static Located read(JsonParser parser) throws IOException {
        return read(parser, place(parser));
    }

    static Located read(JsonParser parser, Place keyPlace) throws IOException {
        Place place = place(parser);
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        JsonToken token = parser.currentToken();
        switch (token) {
            case START_OBJECT -> {
                ObjectNode object = nodes.objectNode();
                Map<String, Located> fields = new LinkedHashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    Place at = place(parser);
                    parser.nextToken();
                    Located field = read(parser, at);
                    object.set(name, field.value);
                    fields.put(name, field);
                }
                return new Located(object, place, keyPlace, "", fields, List.of());
            }
            case START_ARRAY -> {
                ArrayNode list = nodes.arrayNode();
                List<Located> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Located item = read(parser, place(parser));
                    list.add(item.value);
                    items.add(item);
                }
                return new Located(list, place, keyPlace, "", Map.of(), items);
            }
            default -> {
                String written = parser instanceof YamlParser yaml ? yaml.written() : parser.getText();
                return new Located(scalar(parser, token, nodes), place, keyPlace, written, Map.of(), List.of());
            }
        }
    }

    static JsonNode scalar(JsonParser parser, JsonToken token, JsonNodeFactory nodes) throws IOException {
        return switch (token) {
            case VALUE_TRUE -> nodes.booleanNode(true);
            case VALUE_FALSE -> nodes.booleanNode(false);
            case VALUE_NULL -> nodes.nullNode();
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT -> nodes.numberNode(parser.getIntValue());
                    case LONG -> nodes.numberNode(parser.getLongValue());
                    default -> nodes.numberNode(parser.getBigIntegerValue());
                };
            case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDecimalValue());
            default -> nodes.textNode(parser.getText());
        };
    }

    static Place place(JsonParser parser) {
        if (parser instanceof YamlParser yaml) {
            return yaml.place();
        }
        JsonLocation location = parser.currentTokenLocation();
        return new Place(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }
}
