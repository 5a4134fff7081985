package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.wire.Place;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** SARIF 2.1.0, as code scanning services read it: one run of our tool, whatever it found. */
public final class SarifLog {

    private static final String SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

    private final JsonGenerator json;

    /**
     * What may be found.
     *
     * @param id its id
     * @param description what it is, one line
     * @param level its usual level: {@code error}, {@code warning}, {@code note} or {@code none}
     */
    public record RuleEntry(String id, String description, String level) {}

    /** What a result has besides what all have; written into it. */
    public interface Details {
        /** No more. */
        Details NONE = json -> {};

        /** Writes it. */
        void write(JsonGenerator json) throws IOException;
    }

    /**
     * Writes to this; it is flushed at the end, not closed.
     *
     * @throws IOException where nothing can be written
     */
    public SarifLog(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
    }

    /** Begins the run. */
    public void begin(List<RuleEntry> rules, String policyHash, Instant now) throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", SCHEMA);
        json.writeStringField("version", "2.1.0");
        json.writeArrayFieldStart("runs");
        json.writeStartObject();
        json.writeObjectFieldStart("tool");
        json.writeObjectFieldStart("driver");
        json.writeStringField("name", "apparmor-admission");
        json.writeArrayFieldStart("rules");
        for (RuleEntry rule : rules) {
            json.writeStartObject();
            json.writeStringField("id", rule.id());
            text("shortDescription", rule.description());
            json.writeObjectFieldStart("defaultConfiguration");
            json.writeStringField("level", rule.level());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
        json.writeStringField("columnKind", "unicodeCodePoints");
        json.writeObjectFieldStart("properties");
        json.writeStringField("policyHash", policyHash);
        json.writeStringField("now", now.toString());
        json.writeEndObject();
        json.writeArrayFieldStart("results");
    }

    /**
     * Adds a result.
     *
     * @param rule the id of what was found; absent where no rule stands behind it
     * @param level its level
     * @param message what it is
     * @param file where
     * @param place where in the file
     * @param object what it is about: an object, or a part of it
     * @param details what else there is to say
     */
    public void add(
            Optional<String> rule,
            String level,
            String message,
            String file,
            Place place,
            String object,
            Details details)
            throws IOException {
        json.writeStartObject();
        if (rule.isPresent()) {
            json.writeStringField("ruleId", rule.get());
        }
        json.writeStringField("level", level);
        text("message", message);
        json.writeArrayFieldStart("locations");
        json.writeStartObject();
        json.writeObjectFieldStart("physicalLocation");
        json.writeObjectFieldStart("artifactLocation");
        json.writeStringField("uri", uri(file));
        json.writeEndObject();
        json.writeObjectFieldStart("region");
        json.writeNumberField("startLine", place.line());
        json.writeNumberField("startColumn", place.column());
        json.writeEndObject();
        json.writeEndObject();
        json.writeArrayFieldStart("logicalLocations");
        json.writeStartObject();
        json.writeStringField("fullyQualifiedName", object);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
        details.write(json);
        json.writeEndObject();
    }

    /** Ends the run, and flushes it; the problems are inputs that could not be read. */
    public void end(List<String> problems) throws IOException {
        json.writeEndArray();
        json.writeArrayFieldStart("invocations");
        json.writeStartObject();
        json.writeBooleanField("executionSuccessful", problems.isEmpty());
        json.writeArrayFieldStart("toolExecutionNotifications");
        for (String problem : problems) {
            json.writeStartObject();
            json.writeStringField("level", "error");
            text("message", problem);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    /** The detail that it is put up with, and why. */
    public static Details suppressed(boolean inSource, String justification) {
        return json -> {
            json.writeArrayFieldStart("suppressions");
            json.writeStartObject();
            json.writeStringField("kind", inSource ? "inSource" : "external");
            json.writeStringField("justification", justification);
            json.writeEndObject();
            json.writeEndArray();
        };
    }

    private void text(String field, String text) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("text", text);
        json.writeEndObject();
    }

    /** A path as a URI reference; a colon in its first part would make a scheme of that. */
    private static String uri(String file) {
        String path = file.replace('\\', '/');
        int colon = path.indexOf(':');
        int slash = path.indexOf('/');
        boolean schemeLike = colon >= 0 && (slash < 0 || colon < slash);
        try {
            Optional<String> scheme = Optional.of("file").filter(s -> path.startsWith("/"));
            return new URI(scheme.orElse(null), scheme.isPresent() ? "" : null, (schemeLike ? "./" : "") + path, null)
                    .toASCIIString();
        } catch (URISyntaxException e) {
            return "-";
        }
    }
}
