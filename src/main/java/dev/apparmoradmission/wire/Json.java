package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one value at a time from a stream of JSON tokens. What is not of the expected form is noted as a problem and passed
 * over, so that a foreign object in the stream never stops the reading; {@code null} counts as absent, as in the API.
 */
final class Json {

    private static final ApiWords WORDS = new ApiWords();
    private static final Optional<Boolean> TRUE = Optional.of(true);
    private static final Optional<Boolean> FALSE = Optional.of(false);

    private Json() {}

    /** Whether an object begins here; anything else is passed over, and noted unless it is null. */
    static boolean startsObject(JsonParser parser, Problem problem, String field) throws IOException {
        return starts(JsonToken.START_OBJECT, "is not an object", parser, problem, field);
    }

    /** Whether a list begins here; anything else is passed over, and noted unless it is null. */
    static boolean startsList(JsonParser parser, Problem problem, String field) throws IOException {
        return starts(JsonToken.START_ARRAY, "is not a list", parser, problem, field);
    }

    private static boolean starts(JsonToken wanted, String otherwise, JsonParser parser, Problem problem, String field)
            throws IOException {
        JsonToken token = parser.currentToken();
        if (token == wanted) {
            return true;
        }
        if (token != JsonToken.VALUE_NULL) {
            problem.set(field, otherwise);
            parser.skipChildren();
        }
        return false;
    }

    /** A string; empty for null. */
    static String text(JsonParser parser, Problem problem, String field) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return parser.hasTextCharacters()
                    ? WORDS.of(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength())
                    : parser.getText();
        }
        if (token != JsonToken.VALUE_NULL) {
            problem.set(field, "is not a string");
            parser.skipChildren();
        }
        return "";
    }

    /** A boolean; absent for null. */
    static Optional<Boolean> bool(JsonParser parser, Problem problem, String field) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE ? TRUE : FALSE;
        }
        if (token != JsonToken.VALUE_NULL) {
            problem.set(field, "is not true or false");
            parser.skipChildren();
        }
        return Optional.empty();
    }

    /** A map of strings; a key that comes twice keeps its last value, as with Go's decoder. */
    static Map<String, String> texts(JsonParser parser, Problem problem, String field) throws IOException {
        if (!startsObject(parser, problem, field)) {
            return Map.of();
        }
        // Most have few entries.
        Map<String, String> texts = new HashMap<>(4);
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            parser.nextToken();
            texts.put(key, text(parser, problem, field));
        }
        return texts;
    }

    /** What is done with the value of a field, on which the parser stands. */
    interface Reading {
        void read() throws IOException;
    }

    /** Looks into an object for one field only; whatever else it holds is passed over. */
    static void within(JsonParser parser, Problem problem, String path, String wanted, Reading reading)
            throws IOException {
        if (startsObject(parser, problem, path)) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                if (field.equals(wanted)) {
                    reading.read();
                } else {
                    parser.skipChildren();
                }
            }
        }
    }
}
