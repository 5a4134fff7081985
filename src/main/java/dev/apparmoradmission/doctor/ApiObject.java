package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An object of the API, or a part of one, to be read only. Fields that newer versions bring are kept. A field that is absent, null or of
 * another type than asked for reads as empty: the API server has checked types, and the doctor must not stumble over one object.
 */
final class ApiObject {

    private final JsonNode json;

    private ApiObject(JsonNode json) {
        this.json = json;
    }

    /** Takes a copy. */
    static ApiObject of(JsonNode json) {
        return new ApiObject(json.deepCopy());
    }

    String name() {
        return text("/metadata/name");
    }

    String namespace() {
        return text("/metadata/namespace");
    }

    /** Labels; a namespace has at least the one with its name. */
    Map<String, String> labels() {
        return texts("/metadata/labels");
    }

    boolean has(String pointer) {
        JsonNode found = json.at(pointer);
        return !found.isMissingNode() && !found.isNull();
    }

    /** A string, or a number or boolean as text; empty where there is none. */
    String text(String pointer) {
        JsonNode found = json.at(pointer);
        return found.isValueNode() && !found.isNull() ? found.asText() : "";
    }

    /** A text that is not empty. */
    Optional<String> given(String pointer) {
        return Optional.of(text(pointer)).filter(text -> !text.isEmpty());
    }

    int number(String pointer, int otherwise) {
        JsonNode found = json.at(pointer);
        return found.canConvertToInt() ? found.intValue() : otherwise;
    }

    boolean flag(String pointer) {
        return json.at(pointer).asBoolean(false);
    }

    /** The part there; an empty one where there is none. */
    ApiObject at(String pointer) {
        return new ApiObject(json.at(pointer));
    }

    List<ApiObject> items(String pointer) {
        List<ApiObject> items = new ArrayList<>();
        JsonNode found = json.at(pointer);
        if (found.isArray()) {
            found.forEach(item -> items.add(new ApiObject(item)));
        }
        return items;
    }

    List<String> list(String pointer) {
        return items(pointer).stream().map(item -> item.json.asText()).toList();
    }

    /** A map of strings, in its order. */
    Map<String, String> texts(String pointer) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.at(pointer)
                .properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    /** The JSON text of the part there; for a command that puts it somewhere else. */
    String json(String pointer) {
        JsonNode found = json.at(pointer);
        return found.isMissingNode() ? "null" : found.toString();
    }

    boolean isSame(String pointer, ApiObject other) {
        return json.at(pointer).equals(other.json.at(pointer));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ApiObject object && json.equals(object.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    @Override
    public String toString() {
        return json.toString();
    }
}
