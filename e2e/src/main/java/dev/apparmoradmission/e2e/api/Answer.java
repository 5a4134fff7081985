package dev.apparmoradmission.e2e.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What a client gets back from an API server.
 *
 * @param code the HTTP status
 * @param body the object, or the {@code Status} of a refusal
 * @param warnings the texts of the {@code Warning} headers, in order
 * @param auditId names this request's events in the audit log
 */
public record Answer(int code, JsonNode body, List<String> warnings, String auditId) {
    /** Copies the list. */
    public Answer {
        warnings = List.copyOf(warnings);
    }

    /** Whether the request was carried out. */
    public boolean ok() {
        return code >= 200 && code < 300;
    }

    /** The {@code Status} message of a refusal; empty for an object. */
    public String message() {
        return body.path("message").asText();
    }

    /** The {@code Status} reason of a refusal; empty for an object. */
    public String reason() {
        return body.path("reason").asText();
    }

    /** The object's name. */
    public String name() {
        return body.path("metadata").path("name").asText();
    }

    /** A value in the body, by JSON pointer; a missing node where there is none. */
    public JsonNode at(String pointer) {
        return body.at(pointer);
    }
}
