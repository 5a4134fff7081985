package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a patch makes of an object: as much of RFC 6902 as {@link JsonPatchWriter} writes. */
public final class AppliedPatch {

    private AppliedPatch() {}

    /**
     * The object with the patch applied; the one that is given stays as it is.
     *
     * @throws IllegalArgumentException where a path of the patch is not there
     */
    public static JsonNode of(JsonNode object, JsonNode patch) {
        JsonNode patched = object.deepCopy();
        for (JsonNode operation : patch) {
            String pointer = operation.path("path").asText();
            int last = pointer.lastIndexOf('/');
            JsonNode parent = patched.at(pointer.substring(0, last));
            String token = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
            boolean adds = operation.path("op").asText().equals("add");
            if (adds && parent instanceof ArrayNode list && token.equals("-")) {
                list.add(operation.path("value"));
            } else if (adds && parent instanceof ObjectNode map) {
                map.set(token, operation.path("value"));
            } else if (adds || !(parent instanceof ObjectNode map) || map.remove(token) == null) {
                throw new IllegalArgumentException("the patch finds nothing at " + pointer);
            }
        }
        return patched;
    }
}
