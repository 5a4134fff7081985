package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A page of a list of the API of which only what a decision looks at was kept: no environment, command, volume, status or
 * foreign annotation is in it. What is kept is named in {@link KeptFields}; all else is left out, known to us or not.
 */
public final class ListExtract {

    private static final JsonFactory JSON = new JsonFactory();

    private final ByteArrayOutputStream bytes;
    private int objects;
    private String nextPage = "";

    private ListExtract(int size) {
        this.bytes = new ByteArrayOutputStream(size);
    }

    /**
     * Takes from a page what is kept of its objects.
     *
     * @param page the page as the API server sent it
     * @param kept what is kept of each object, and of what kind the extract says that they are
     * @throws IOException where it is not JSON, or no list
     */
    public static ListExtract of(byte[] page, KeptFields kept) throws IOException {
        ListExtract extract = new ListExtract(page.length / 4 + 256);
        try (JsonParser parser = JSON.createParser(page)) {
            extract.read(parser, kept);
        }
        return extract;
    }

    private void read(JsonParser parser, KeptFields kept) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("it is no list");
        }
        boolean list = false;
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("kind", kept.listKind());
            json.writeStringField("apiVersion", kept.apiVersion());
            json.writeArrayFieldStart("items");
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "kind" ->
                        list = Json.text(parser, new Problem(), field).endsWith("List");
                    case "metadata" ->
                        Json.within(
                                parser,
                                new Problem(),
                                field,
                                "continue",
                                () -> nextPage = Json.text(parser, new Problem(), "continue"));
                    // Go writes an empty list as null.
                    case "items" -> items(parser, kept, json);
                    default -> parser.skipChildren();
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        if (!list) {
            throw new IOException("it is no list");
        }
    }

    private void items(JsonParser parser, KeptFields kept, JsonGenerator json) throws IOException {
        if (Json.startsList(parser, new Problem(), "items")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    objects += kept.copy(parser, json) ? 1 : 0;
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    /** How many objects it holds. */
    public int objects() {
        return objects;
    }

    /** {@code metadata.continue}: where the next page begins; empty where this is the last. */
    public String nextPage() {
        return nextPage;
    }

    /** Writes it, as a list of the API without {@code metadata}. */
    public void writeTo(OutputStream out) throws IOException {
        bytes.writeTo(out);
    }
}
