package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Notes on the way where the parts of manifests stand that a finding may be about: containers, security contexts, specs and the
 * items of lists.
 */
final class PlacedParser extends JsonParserDelegate {

    private static final Set<String> LISTS = Set.of("containers", "initContainers", "ephemeralContainers", "items");
    private static final Set<String> FIELDS = Set.of("metadata", "spec", "template", "securityContext");

    private final Map<String, Place> places = new HashMap<>();

    PlacedParser(JsonParser parser) {
        super(parser);
    }

    /** By JSON pointer. */
    Map<String, Place> places() {
        return places;
    }

    @Override
    public JsonToken nextToken() throws IOException {
        JsonToken token = delegate.nextToken();
        if (token != null && token != JsonToken.FIELD_NAME && !token.isStructEnd()) {
            JsonStreamContext context = delegate.getParsingContext();
            JsonStreamContext holder = token.isStructStart() ? context.getParent() : context;
            if (isNoted(holder)) {
                places.put(context.pathAsPointer().toString(), Located.place(delegate));
            }
        }
        return token;
    }

    @Override
    public JsonToken nextValue() throws IOException {
        JsonToken token = nextToken();
        return token == JsonToken.FIELD_NAME ? nextToken() : token;
    }

    private static boolean isNoted(JsonStreamContext holder) {
        if (holder.inObject()) {
            String field = holder.getCurrentName();
            return field != null && (LISTS.contains(field) || FIELDS.contains(field));
        }
        JsonStreamContext around = holder.getParent();
        String list = holder.inArray() && around != null ? around.getCurrentName() : null;
        return list != null && LISTS.contains(list);
    }
}
