package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.ContentReference;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One value of a JSON text that may hold several: ends with it, and counts lines from the start of the file. */
final class JsonDocumentParser extends JsonParserDelegate implements Spanned {

    private final Part part;
    private int depth;
    private boolean ended;

    /**
     * The first token of the value must be the parser's current one.
     *
     * @param part what the parser reads
     */
    JsonDocumentParser(JsonParser parser, Part part) {
        super(parser);
        this.part = part;
        count(parser.currentToken());
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
        if (ended) {
            delegate.clearCurrentToken();
            return null;
        }
        JsonToken token = delegate.nextToken();
        count(token);
        return token;
    }

    @Override
    public @Nullable JsonToken nextValue() throws IOException {
        JsonToken token = nextToken();
        return token == JsonToken.FIELD_NAME ? nextToken() : token;
    }

    @Override
    public JsonParser skipChildren() throws IOException {
        JsonToken token = currentToken();
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            int outside = depth - 1;
            while (depth > outside) {
                nextToken();
            }
        }
        return this;
    }

    private void count(@Nullable JsonToken token) {
        if (token == null || token.isStructStart()) {
            depth++;
        } else if (token.isStructEnd()) {
            depth--;
        }
        ended = token == null || depth == 0;
    }

    @Override
    public JsonLocation currentTokenLocation() {
        return shifted(delegate.currentTokenLocation());
    }

    @Override
    public JsonLocation currentLocation() {
        return shifted(delegate.currentLocation());
    }

    private JsonLocation shifted(JsonLocation at) {
        return new JsonLocation(ContentReference.unknown(), -1, at.getLineNr() + part.linesBefore(), at.getColumnNr());
    }

    @Override
    public int start() {
        return part.charsBefore() + startInPart();
    }

    @Override
    public int end() {
        return part.charsBefore() + endInPart();
    }

    private int startInPart() {
        return (int) delegate.currentTokenLocation().getCharOffset();
    }

    /** Looked for in the text: behind a name the parser has read on already, and in a string it may not be at the end yet. */
    private int endInPart() {
        String text = part.text();
        int start = startInPart();
        int at = start + 1;
        switch (text.charAt(start)) {
            case '{', '}', '[', ']' -> {
                return at;
            }
            case '"' -> {
                while (text.charAt(at) != '"') {
                    at += text.charAt(at) == '\\' ? 2 : 1;
                }
                return at + 1;
            }
            default -> {
                while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return at;
            }
        }
    }

    @Override
    public boolean isFlow() {
        JsonToken token = currentToken();
        return token != null && token.isStructStart();
    }

    @Override
    public boolean isBlockScalar() {
        return false;
    }

    @Override
    public int aliasEnd() {
        return 0;
    }
}
