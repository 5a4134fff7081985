package dev.apparmoradmission.policydiff;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.report.JsonParts;
import dev.apparmoradmission.report.JsonReport;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/** The difference for programs. */
final class JsonDiff implements DiffReport {

    private final JsonGenerator json;
    private final JsonParts parts;

    JsonDiff(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
        this.parts = new JsonParts(json);
    }

    @Override
    public void write(Header header, Difference difference) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("policyHash");
        json.writeStringField("before", header.before());
        json.writeStringField("after", header.after());
        json.writeEndObject();
        json.writeStringField("now", header.now().toString());
        json.writeObjectFieldStart("nodes");
        parts.strings("without", List.copyOf(header.gone()));
        parts.strings("relisted", List.copyOf(header.relisted()));
        json.writeEndObject();
        json.writeArrayFieldStart("changes");
        for (Change change : Change.values()) {
            for (Map.Entry<Owner, Line> entry : difference.lines(change).entrySet()) {
                line(change, entry.getKey(), entry.getValue());
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("namespaces");
        for (Map.Entry<String, Map<Change, Integer>> entry :
                difference.namespaces().entrySet()) {
            json.writeStartObject();
            json.writeStringField("namespace", entry.getKey());
            for (Map.Entry<Change, Integer> count : entry.getValue().entrySet()) {
                json.writeNumberField(count.getKey().reportName(), count.getValue());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        if (!difference.unread().isEmpty()) {
            parts.strings("problems", difference.unread());
        }
        json.writeObjectFieldStart("summary");
        json.writeNumberField("workloads", difference.workloads());
        json.writeNumberField("leaving", difference.leaving());
        for (Change change : Change.values()) {
            json.writeNumberField(change.reportName(), difference.count(change));
            if (difference.left(change) > 0) {
                json.writeNumberField(change.reportName() + "NotListed", difference.left(change));
            }
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    private void line(Change change, Owner owner, Line line) throws IOException {
        json.writeStartObject();
        json.writeStringField("change", change.reportName());
        json.writeStringField("namespace", owner.namespace());
        json.writeStringField("kind", owner.kind());
        json.writeStringField("name", owner.name());
        json.writeNumberField("pods", line.pods());
        json.writeBooleanField("template", line.isTemplate());
        json.writeArrayFieldStart("details");
        for (Line.Counted counted : line.details()) {
            json.writeStartObject();
            json.writeStringField("container", counted.detail().container());
            json.writeNumberField("pods", counted.pods());
            detail(counted.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (line.left() > 0) {
            json.writeNumberField("detailsNotListed", line.left());
        }
        json.writeEndObject();
    }

    private void detail(Detail detail) throws IOException {
        if (detail instanceof Detail.Found found) {
            Finding finding = found.finding();
            json.writeStringField("rule", finding.rule().id());
            json.writeStringField("declared", finding.declared());
            json.writeStringField("policy", finding.policy());
            json.writeStringField("message", finding.message());
            json.writeStringField("fix", finding.fix());
        } else if (detail instanceof Detail.Noted noted) {
            json.writeStringField("message", noted.line());
        } else if (detail instanceof Detail.Given given) {
            json.writeStringField("before", given.before());
            json.writeStringField("after", given.after());
        } else if (detail instanceof Detail.Confined confined) {
            if (confined.before().isPresent()) {
                confinement("before", confined.before().get());
            }
            confinement("after", confined.after().confinement());
            parts.strings("nodes", confined.after().nodes());
        }
    }

    private void confinement(String field, Confinement confinement) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("confinement", confinement.level().reportName());
        parts.text("cause", confinement.cause().map(Cause::reportName));
        json.writeEndObject();
    }
}
