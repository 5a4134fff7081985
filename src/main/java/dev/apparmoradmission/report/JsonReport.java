package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Drift;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The report for programs (contract §7). The summary comes behind the results, which are written as they come. All beyond
 * ASCII is escaped, so that no name can pass for another, and no terminal or encoding spoils it.
 */
public final class JsonReport implements Report {

    /** So many inputs that could not be read are told; more say nothing new. */
    private static final int MOST_PROBLEMS = 1000;

    private final JsonGenerator json;
    private final List<String> problems = new ArrayList<>();
    private final JsonParts parts;

    /**
     * Writes to this; it is flushed at the end, not closed.
     *
     * @throws IOException where nothing can be written
     */
    public JsonReport(OutputStream out) throws IOException {
        this.json = generator(out);
        this.parts = new JsonParts(json);
    }

    /**
     * A generator of readable JSON in ASCII; it does not close what it writes to.
     *
     * @throws IOException where nothing can be written
     */
    public static JsonGenerator generator(OutputStream out) throws IOException {
        return JsonFactory.builder()
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .build()
                .createGenerator(out)
                .setPrettyPrinter(new DefaultPrettyPrinter(
                        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER)));
    }

    @Override
    public void begin(Header header) throws IOException {
        json.writeStartObject();
        json.writeStringField("policyHash", header.policyHash());
        json.writeStringField("now", header.now().toString());
        json.writeArrayFieldStart("results");
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        add(judgement, History.UNKNOWN);
    }

    @Override
    public void add(Judgement judgement, History history) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", judgement.file());
        json.writeNumberField("document", judgement.document());
        json.writeStringField("kind", judgement.kind());
        json.writeStringField("namespace", judgement.namespace());
        json.writeStringField("name", judgement.name());
        json.writeBooleanField("allowed", judgement.decision().allowed());
        json.writeArrayFieldStart("containers");
        for (ContainerVerdict container : judgement.decision().containers()) {
            json.writeStartObject();
            parts.verdict(container);
            json.writeEndObject();
        }
        json.writeEndArray();
        parts.findings(judgement);
        if (!history.drifts().isEmpty()) {
            json.writeArrayFieldStart("drift");
            for (Drift drift : history.drifts()) {
                json.writeStartObject();
                json.writeStringField("kind", drift.kind().reportName());
                json.writeStringField("container", drift.container().name());
                json.writeStringField("path", drift.container().path());
                json.writeStringField("message", drift.message());
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        if (!judgement.decision().notes().isEmpty()) {
            json.writeArrayFieldStart("notes");
            for (String note : judgement.decision().notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    @Override
    public void problem(String line) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(line);
        }
    }

    @Override
    public void end(Summary summary) throws IOException {
        json.writeEndArray();
        if (!problems.isEmpty()) {
            parts.strings("problems", problems);
        }
        json.writeObjectFieldStart("summary");
        json.writeNumberField("workloads", summary.workloads());
        json.writeNumberField("allowed", summary.allowed());
        json.writeNumberField("denied", summary.denied());
        json.writeNumberField("warned", summary.warned());
        if (summary.known() > 0) {
            json.writeNumberField("known", summary.known());
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
