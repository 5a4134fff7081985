package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.ContentReference;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One value of a JSON text that may hold several: ends with it, and counts lines from the start of the file. */
final class JsonDocumentParser extends JsonParserDelegate {

    private final int linesBefore;
    private int depth;
    private boolean ended;

    /** The first token of the value must be the parser's current one. */
    JsonDocumentParser(JsonParser parser, int linesBefore) {
        super(parser);
        this.linesBefore = linesBefore;
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
        return new JsonLocation(ContentReference.unknown(), -1, at.getLineNr() + linesBefore, at.getColumnNr());
    }
}
