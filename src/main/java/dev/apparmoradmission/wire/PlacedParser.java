package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.workload.BetaAnnotation;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Notes on the way where the parts of manifests stand that a finding may be about: containers, security contexts, specs and the
 * items of lists by their values; the fields of a profile, {@code privileged} and the annotations that count by their names.
 */
final class PlacedParser extends JsonParserDelegate {

    private static final Set<String> LISTS = Set.of("containers", "initContainers", "ephemeralContainers", "items");
    private static final Set<String> FIELDS = Set.of("metadata", "spec", "template", "securityContext");
    private static final Set<String> NAMES = Set.of("appArmorProfile", "privileged");
    private static final Set<String> NAMES_IN_PROFILE = Set.of("type", "localhostProfile");
    private static final Set<String> ANNOTATIONS = Set.of(ExceptionKeys.UNCONFINED, ExceptionKeys.EXCEPTION);

    private final Map<String, Place> places = new HashMap<>();
    private final Map<String, Map<String, Place>> annotations = new HashMap<>();

    PlacedParser(JsonParser parser) {
        super(parser);
    }

    /** By JSON pointer. */
    Map<String, Place> places() {
        return places;
    }

    /** By the JSON pointer of the metadata that holds them, and by key. */
    Map<String, Map<String, Place>> annotations() {
        return annotations;
    }

    @Override
    public JsonToken nextToken() throws IOException {
        JsonToken token = delegate.nextToken();
        if (token == JsonToken.FIELD_NAME) {
            name(delegate.getParsingContext());
        } else if (token != null && !token.isStructEnd()) {
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

    private void name(JsonStreamContext context) {
        String name = context.getCurrentName();
        JsonStreamContext around = context.getParent();
        String holder = around == null ? null : around.getCurrentName();
        if (holder == null) {
            return;
        }
        if (holder.equals("annotations")) {
            if (name.startsWith(BetaAnnotation.PREFIX) || ANNOTATIONS.contains(name)) {
                annotations
                        .computeIfAbsent(around.pathAsPointer().head().toString(), metadata -> new HashMap<>())
                        .put(name, Located.place(delegate));
            }
        } else if (holder.equals("securityContext") && NAMES.contains(name)
                || holder.equals("appArmorProfile") && NAMES_IN_PROFILE.contains(name)) {
            places.put(context.pathAsPointer().toString(), Located.place(delegate));
        }
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
