package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import dev.apparmoradmission.decision.Quoted;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says what a schema error means to whoever wrote the file. */
final class SchemaWording {

    /** What a field's pattern asks for; a regular expression helps nobody. */
    private static final Map<String, String> FORMS = Map.of(
            "maxAge", "a duration such as 24h, 1d12h or 90s",
            "expires", "a date such as 2027-03-01 or an instant such as 2027-03-01T12:00:00Z",
            "now", "an instant such as 2027-03-01T12:00:00Z",
            "name", "a lower-case DNS name: letters, digits, - and .");

    private static final Map<String, String> TYPES = Map.of(
            "object", "a mapping",
            "array", "a list",
            "string", "text",
            "integer", "a whole number",
            "number", "a number",
            "boolean", "true or false",
            "null", "nothing");

    private SchemaWording() {}

    /**
     * A message and what it points at.
     *
     * @param place in the file
     * @param field a field below the one that the error is about
     * @param text one line
     */
    record Worded(Place place, Optional<String> field, String text) {}

    /**
     * Words an error.
     *
     * @param error the error
     * @param at what it is about
     * @param path the field that it is about
     * @param knownFields for an unknown field: those that are known in its place
     */
    static Worded of(Error error, Located at, String path, Collection<String> knownFields) {
        String keyword = error.getKeyword();
        JsonNode asked = error.getSchemaNode();
        return switch (keyword) {
            case "additionalProperties" -> unknownField(error.getProperty(), at, knownFields);
            case "required" ->
                new Worded(at.keyPlace(), Optional.empty(), "field " + Quoted.of(error.getProperty()) + " is missing");
            case "enum" -> here(at, notOneOf(at, strings(asked)));
            case "const" -> here(at, shown(at) + " is not " + asked.asText());
            case "type" -> here(at, wrongType(at, asked));
            case "pattern" ->
                here(at, shown(at) + " is not " + FORMS.getOrDefault(lastName(path), "of the form that is asked for"));
            case "minItems" -> here(at, "an empty list; name at least one, or take the key out");
            case "minProperties" -> here(at, "says nothing besides the name; give what is expected of it");
            case "maxItems" -> here(at, "takes no values with this operator");
            case "minLength" -> here(at, "is empty");
            case "maxLength" -> here(at, "is longer than " + asked.asText() + " characters");
            case "minimum" -> here(at, shown(at) + " is less than " + asked.asText());
            case "maximum" -> here(at, shown(at) + " is more than " + asked.asText());
            case "uniqueItems" -> here(at, "lists a value twice");
            case "false" -> here(at, "has no meaning here");
            case "anyOf" -> here(at, "fits none of the forms that are possible here");
            default -> here(at, error.getMessage().replaceAll("\\p{Cntrl}", " "));
        };
    }

    private static Worded here(Located at, String text) {
        return new Worded(at.place(), Optional.empty(), text);
    }

    private static Worded unknownField(String name, Located at, Collection<String> knownFields) {
        Place place = at.field(name).map(Located::keyPlace).orElse(at.place());
        if (name.equals("profile-invalid")) {
            return new Worded(
                    place, Optional.of(name), "this rule is always Enforce; only the mode of the policy caps it");
        }
        return new Worded(place, Optional.of(name), "unknown field" + Suggestion.forWord(name, knownFields));
    }

    private static String notOneOf(Located at, List<String> names) {
        String one = at.value().isTextual() || at.value().isBoolean() ? at.written() : "";
        String hint = "";
        if (at.value().isBoolean() && !at.written().equals(at.value().asText())) {
            hint = "; YAML reads " + Quoted.bare(at.written()) + " as "
                    + at.value().asText()
                    + (at.value().asBoolean() || !names.contains("Ignore") ? "" : ", and the action is called Ignore");
        } else if (at.value().isBoolean()
                && names.contains("Ignore")
                && !at.value().asBoolean()) {
            hint = "; the action is called Ignore";
        } else if (one.equalsIgnoreCase("off") && names.contains("Ignore")) {
            hint = "; the action is called Ignore";
        } else {
            hint = Suggestion.forWord(one, names);
        }
        return shown(at) + " is not one of " + String.join(", ", names) + hint;
    }

    private static String wrongType(Located at, JsonNode asked) {
        if (at.value().isNull()) {
            return "has no value; give it one, or take the key out";
        }
        String wanted = asked.isArray()
                ? strings(asked).stream().map(t -> TYPES.getOrDefault(t, t)).collect(Collectors.joining(" or "))
                : TYPES.getOrDefault(asked.asText(), asked.asText());
        boolean bare = asked.asText().equals("string")
                && (at.value().isNumber() || at.value().isBoolean());
        String hint = bare ? "; put it in quotes" : "";
        return "expected " + wanted + ", found " + found(at) + hint;
    }

    private static String found(Located at) {
        if (at.value().isObject()) {
            return "a mapping";
        }
        return at.value().isArray() ? "a list" : shown(at);
    }

    /** The value as it was written, so that it is found in the file. */
    private static String shown(Located at) {
        if (at.value().isObject() || at.value().isArray()) {
            return found(at);
        }
        if (at.value().isNull()) {
            return "nothing";
        }
        return at.value().isNumber() ? Quoted.bare(at.written()) : Quoted.of(at.written());
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(item -> strings.add(item.asText()));
        return strings;
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
