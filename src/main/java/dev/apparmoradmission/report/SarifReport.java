package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.wire.Place;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * SARIF 2.1.0, as code scanning services read it: a result a finding, at its line. An accepted exception is a suppression, and
 * a file that cannot be read a notification of the run.
 */
public final class SarifReport implements Report {

    private static final String SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

    private final JsonGenerator json;
    private final List<String> problems = new ArrayList<>();

    /**
     * Writes to this; it is flushed at the end, not closed.
     *
     * @throws IOException where nothing can be written
     */
    public SarifReport(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
    }

    @Override
    public void begin(Header header) throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", SCHEMA);
        json.writeStringField("version", "2.1.0");
        json.writeArrayFieldStart("runs");
        json.writeStartObject();
        json.writeObjectFieldStart("tool");
        json.writeObjectFieldStart("driver");
        json.writeStringField("name", "apparmor-admission");
        json.writeArrayFieldStart("rules");
        for (Rule rule : Rule.values()) {
            json.writeStartObject();
            json.writeStringField("id", rule.id());
            message("shortDescription", description(rule));
            json.writeObjectFieldStart("defaultConfiguration");
            json.writeStringField("level", level(rule.builtIn()));
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
        json.writeStringField("columnKind", "unicodeCodePoints");
        json.writeObjectFieldStart("properties");
        json.writeStringField("policyHash", header.policyHash());
        json.writeStringField("now", header.now().toString());
        json.writeEndObject();
        json.writeArrayFieldStart("results");
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        for (Finding finding : judgement.decision().findings()) {
            json.writeStartObject();
            json.writeStringField("ruleId", finding.rule().id());
            json.writeStringField("level", level(finding.action()));
            String fix = finding.fix().isEmpty() ? "" : ". Fix: " + finding.fix();
            message("message", judgement.subject() + ", " + finding.subject() + ": " + finding.message() + fix);
            location(judgement, judgement.place(finding), finding.path());
            json.writeObjectFieldStart("partialFingerprints");
            json.writeStringField(
                    "apparmorAdmission/v1", Fingerprint.of(judgement, finding).digest());
            json.writeEndObject();
            if (judgement.isKnown(finding)) {
                json.writeStringField("baselineState", "unchanged");
            }
            if (finding.exception().isPresent()) {
                suppression(finding.exception().get());
            }
            json.writeEndObject();
        }
        for (String note : judgement.decision().notes()) {
            json.writeStartObject();
            json.writeStringField("level", "warning");
            message("message", judgement.subject() + ": " + note);
            location(judgement, judgement.places().start(), "");
            json.writeEndObject();
        }
    }

    private void location(Judgement judgement, Place place, String path) throws IOException {
        json.writeArrayFieldStart("locations");
        json.writeStartObject();
        json.writeObjectFieldStart("physicalLocation");
        json.writeObjectFieldStart("artifactLocation");
        json.writeStringField("uri", uri(judgement.file()));
        json.writeEndObject();
        json.writeObjectFieldStart("region");
        json.writeNumberField("startLine", place.line());
        json.writeNumberField("startColumn", place.column());
        json.writeEndObject();
        json.writeEndObject();
        json.writeArrayFieldStart("logicalLocations");
        json.writeStartObject();
        String object = judgement.kind() + "/" + judgement.namespace() + "/" + judgement.name();
        json.writeStringField("fullyQualifiedName", path.isEmpty() ? object : object + "/" + path);
        json.writeEndObject();
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndArray();
    }

    private void suppression(AcceptedException exception) throws IOException {
        json.writeArrayFieldStart("suppressions");
        json.writeStartObject();
        json.writeStringField("kind", exception.grant().isPresent() ? "external" : "inSource");
        json.writeStringField("justification", exception.describe());
        json.writeEndObject();
        json.writeEndArray();
    }

    @Override
    public void problem(String line) {
        problems.add(line);
    }

    @Override
    public void end(Summary summary) throws IOException {
        json.writeEndArray();
        json.writeArrayFieldStart("invocations");
        json.writeStartObject();
        json.writeBooleanField("executionSuccessful", problems.isEmpty());
        json.writeArrayFieldStart("toolExecutionNotifications");
        for (String problem : problems) {
            json.writeStartObject();
            json.writeStringField("level", "error");
            message("message", problem);
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

    private void message(String field, String text) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("text", text);
        json.writeEndObject();
    }

    private static String level(Action action) {
        return switch (action) {
            case ENFORCE -> "error";
            case WARN -> "warning";
            case AUDIT -> "note";
            case IGNORE -> "none";
        };
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

    private static String description(Rule rule) {
        return switch (rule) {
            case PROFILE_INVALID -> "A value that cannot be read, or that the API server refuses";
            case UNCONFINED -> "Unconfined is declared without an exception";
            case PRIVILEGED -> "A privileged container to which the runtime applies no profile";
            case LOCALHOST_NOT_ALLOWED -> "The name of a Localhost profile is not one that may be used";
            case LOCALHOST_NOT_LOADED -> "A Localhost profile is not loaded where the pod may run";
            case LOCALHOST_MODE -> "A profile is loaded in a mode that the policy does not accept";
            case APPARMOR_UNAVAILABLE -> "A profile is required where AppArmor is off";
            case INVENTORY_UNKNOWN -> "Whether a Localhost profile is loaded is not known";
            case NO_ELIGIBLE_NODE -> "No known node can take a pod with a Localhost profile";
            case PROFILE_MISSING -> "No AppArmor profile is declared";
            case ANNOTATION_MALFORMED -> "An AppArmor annotation does not do what it seems to";
            case ANNOTATION_DEPRECATED -> "Only the deprecated annotation declares the profile";
            case EXCEPTION_INVALID -> "An exception is claimed that cannot be accepted";
        };
    }
}
