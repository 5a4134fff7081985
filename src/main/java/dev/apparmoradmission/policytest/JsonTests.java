package dev.apparmoradmission.policytest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.report.JsonParts;
import dev.apparmoradmission.report.JsonReport;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** The report for programs. The summary comes behind the results, which are written as they come. */
final class JsonTests implements TestReport {

    private final JsonGenerator json;
    private final JsonParts parts;
    private final List<String> problems = new ArrayList<>();

    /** Writes to this; it is flushed at the end, not closed. */
    JsonTests(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
        this.parts = new JsonParts(json);
        json.writeStartObject();
        json.writeArrayFieldStart("results");
    }

    @Override
    public void add(CaseResult result) throws IOException {
        PolicyCase test = result.test();
        json.writeStartObject();
        json.writeStringField("file", test.file());
        json.writeNumberField("line", test.place().line());
        json.writeStringField("name", test.name());
        json.writeBooleanField("passed", result.passed());
        json.writeArrayFieldStart("differences");
        for (Difference difference : result.differences()) {
            json.writeStartObject();
            json.writeStringField("subject", difference.subject());
            parts.text("expected", difference.expected());
            parts.text("actual", difference.actual());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @Override
    public void problem(String line) {
        problems.add(line);
    }

    @Override
    public void end(int passed, int failed, List<String> untouched) throws IOException {
        json.writeEndArray();
        if (!problems.isEmpty()) {
            parts.strings("problems", problems);
        }
        parts.strings("untouched", untouched);
        json.writeObjectFieldStart("summary");
        json.writeNumberField("cases", passed + failed);
        json.writeNumberField("passed", passed);
        json.writeNumberField("failed", failed);
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
