package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.report.JsonReport;
import java.io.IOException;
import java.io.OutputStream;

/** The diagnosis for programs; {@code deploy/README.md} documents the shape. */
final class DoctorJson {

    private final JsonGenerator json;

    DoctorJson(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
    }

    void write(Diagnosis diagnosis, Facts facts) throws IOException {
        json.writeStartObject();
        json.writeStringField("now", facts.now().toString());
        json.writeStringField("server", facts.server());
        json.writeStringField(
                "kubernetes",
                facts.objects(Source.VERSION).stream()
                        .map(found -> found.text("/gitVersion"))
                        .findFirst()
                        .orElse(""));
        json.writeStringField("namespace", facts.namespace());
        json.writeArrayFieldStart("findings");
        for (Finding finding : diagnosis.findings()) {
            json.writeStartObject();
            json.writeStringField("id", finding.id());
            json.writeStringField("area", finding.area().word());
            json.writeStringField("severity", finding.severity().word());
            json.writeStringField("subject", finding.subject());
            json.writeStringField("problem", finding.problem());
            json.writeStringField("fix", finding.fix());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("notChecked");
        for (Unchecked unchecked : diagnosis.unchecked()) {
            json.writeStartObject();
            json.writeStringField("area", unchecked.area().word());
            json.writeStringField("what", unchecked.what());
            json.writeStringField("reason", unchecked.reason());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("summary");
        json.writeNumberField("errors", diagnosis.count(Severity.ERROR));
        json.writeNumberField("warnings", diagnosis.count(Severity.WARNING));
        json.writeNumberField("notes", diagnosis.count(Severity.NOTE));
        json.writeNumberField("notChecked", diagnosis.unchecked().size());
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
