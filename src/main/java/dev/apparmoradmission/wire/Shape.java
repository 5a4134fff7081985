package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What is kept of a value where it is copied; all else is passed over. Where the value is of another form than this, an
 * empty one of that other form takes its place: a reader takes the same offence at it, and nothing that stands in it gets
 * through.
 */
sealed interface Shape {

    /** Whether a value that begins with this token is of this form. */
    boolean fits(JsonToken token);

    /** Copies what is kept of a value of this form, on whose first token the parser stands; afterwards it stands on the last. */
    void copyFitting(JsonParser parser, JsonGenerator json) throws IOException;

    /** Copies what is kept of any value, on whose first token the parser stands; afterwards it stands on the last. */
    default void copy(JsonParser parser, JsonGenerator json) throws IOException {
        JsonToken token = parser.currentToken();
        if (fits(token)) {
            copyFitting(parser, json);
            return;
        }
        parser.skipChildren();
        switch (token) {
            case START_OBJECT -> {
                json.writeStartObject();
                json.writeEndObject();
            }
            case START_ARRAY -> {
                json.writeStartArray();
                json.writeEndArray();
            }
            case VALUE_STRING -> json.writeString("");
            case VALUE_TRUE, VALUE_FALSE -> json.writeBoolean(token == JsonToken.VALUE_TRUE);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.writeNumber(0);
            default -> json.writeNull();
        }
    }

    /** A text. */
    record Text() implements Shape {
        @Override
        public boolean fits(JsonToken token) {
            return token == JsonToken.VALUE_STRING;
        }

        @Override
        public void copyFitting(JsonParser parser, JsonGenerator json) throws IOException {
            json.writeString(parser.getText());
        }
    }

    /** True or false. */
    record Flag() implements Shape {
        @Override
        public boolean fits(JsonToken token) {
            return token.isBoolean();
        }

        @Override
        public void copyFitting(JsonParser parser, JsonGenerator json) throws IOException {
            json.writeBoolean(parser.currentToken() == JsonToken.VALUE_TRUE);
        }
    }

    /**
     * A map of texts.
     *
     * @param keys which of them are kept
     */
    record Texts(Predicate<String> keys) implements Shape {
        private static final Optional<Shape> TEXT = Optional.of(new Text());

        @Override
        public boolean fits(JsonToken token) {
            return token == JsonToken.START_OBJECT;
        }

        @Override
        public void copyFitting(JsonParser parser, JsonGenerator json) throws IOException {
            Shape.copyFields(parser, json, key -> keys.test(key) ? TEXT : Optional.empty());
        }
    }

    /**
     * A list.
     *
     * @param item what is kept of each item
     */
    record Each(Shape item) implements Shape {
        @Override
        public boolean fits(JsonToken token) {
            return token == JsonToken.START_ARRAY;
        }

        @Override
        public void copyFitting(JsonParser parser, JsonGenerator json) throws IOException {
            json.writeStartArray();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                item.copy(parser, json);
            }
            json.writeEndArray();
        }
    }

    /**
     * An object.
     *
     * @param fields the fields that are kept, by name
     */
    record Parts(Map<String, Shape> fields) implements Shape {
        /** Copies the map. */
        public Parts {
            fields = Map.copyOf(fields);
        }

        @Override
        public boolean fits(JsonToken token) {
            return token == JsonToken.START_OBJECT;
        }

        @Override
        public void copyFitting(JsonParser parser, JsonGenerator json) throws IOException {
            Shape.copyFields(parser, json, field -> Optional.ofNullable(fields.get(field)));
        }
    }

    private static void copyFields(JsonParser parser, JsonGenerator json, Function<String, Optional<Shape>> kept)
            throws IOException {
        json.writeStartObject();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            Optional<Shape> shape = kept.apply(field);
            if (shape.isPresent()) {
                json.writeFieldName(field);
                shape.get().copy(parser, json);
            } else {
                parser.skipChildren();
            }
        }
        json.writeEndObject();
    }
}
