package dev.apparmoradmission.policylint;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.report.JsonParts;
import dev.apparmoradmission.report.JsonReport;
import java.io.IOException;
import java.io.OutputStream;

/** The report for programs. */
final class JsonLints implements LintReport {

    private final JsonGenerator json;

    /** Writes to this; it is flushed at the end, not closed. */
    JsonLints(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
    }

    @Override
    public void write(Result result) throws IOException {
        JsonParts parts = new JsonParts(json);
        json.writeStartObject();
        json.writeStringField("policyHash", result.policyHash());
        json.writeStringField("now", result.now().toString());
        json.writeArrayFieldStart("findings");
        for (LintFinding finding : result.findings()) {
            json.writeStartObject();
            json.writeStringField("lint", finding.lint().id());
            json.writeStringField("severity", finding.severity().reportName());
            json.writeStringField("file", finding.document().file());
            json.writeNumberField("line", finding.place().line());
            json.writeStringField("kind", finding.document().kind().kindName());
            json.writeStringField("name", finding.document().name());
            json.writeStringField("field", finding.field());
            json.writeStringField("message", finding.message());
            json.writeStringField("fix", finding.fix());
            if (finding.accepted()) {
                json.writeBooleanField("accepted", true);
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        parts.strings("unexamined", result.unexamined());
        if (!result.problems().isEmpty()) {
            parts.strings("problems", result.problems());
        }
        json.writeObjectFieldStart("summary");
        json.writeNumberField("policies", result.policies());
        json.writeNumberField("grants", result.grants());
        json.writeNumberField("errors", result.count(Severity.ERROR));
        json.writeNumberField("warnings", result.count(Severity.WARNING));
        json.writeNumberField("notes", result.count(Severity.NOTE));
        json.writeNumberField("accepted", result.accepted());
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
