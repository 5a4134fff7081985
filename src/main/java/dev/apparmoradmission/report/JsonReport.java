package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/**
 * The report for programs (contract §7). The summary comes behind the results, which are written as they come. All beyond
 * ASCII is escaped, so that no name can pass for another, and no terminal or encoding spoils it.
 */
public final class JsonReport implements Report {

    private final JsonGenerator json;

    /**
     * Writes to this; it is flushed at the end, not closed.
     *
     * @throws IOException where nothing can be written
     */
    public JsonReport(OutputStream out) throws IOException {
        this.json = generator(out);
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
        json.writeStartObject();
        json.writeStringField("file", judgement.file());
        json.writeNumberField("document", judgement.document());
        json.writeStringField("kind", judgement.kind());
        json.writeStringField("namespace", judgement.namespace());
        json.writeStringField("name", judgement.name());
        json.writeBooleanField("allowed", judgement.decision().allowed());
        json.writeArrayFieldStart("containers");
        for (ContainerVerdict container : judgement.decision().containers()) {
            container(container);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("findings");
        for (Finding finding : judgement.decision().findings()) {
            finding(finding);
        }
        json.writeEndArray();
        if (!judgement.decision().notes().isEmpty()) {
            json.writeArrayFieldStart("notes");
            for (String note : judgement.decision().notes()) {
                json.writeString(note);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private void container(ContainerVerdict container) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", container.name());
        json.writeStringField("path", container.path());
        json.writeStringField("declared", container.profile().declared());
        json.writeStringField("source", container.source().reportName());
        json.writeStringField("confinement", container.confinement().level().reportName());
        text("cause", container.confinement().cause().map(Cause::reportName));
        json.writeArrayFieldStart("nodes");
        for (String node : container.nodes()) {
            json.writeString(node);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void finding(Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("rule", finding.rule().id());
        json.writeStringField("action", finding.action().policyName());
        json.writeStringField("container", finding.container());
        json.writeStringField("path", finding.path());
        json.writeStringField("policy", finding.policy());
        json.writeStringField("message", finding.message());
        json.writeStringField("fix", finding.fix());
        if (finding.exception().isPresent()) {
            exception(finding.exception().get());
        }
        json.writeEndObject();
    }

    private void exception(AcceptedException exception) throws IOException {
        Documentation documentation = exception.documentation();
        json.writeObjectFieldStart("exception");
        json.writeStringField("source", exception.source());
        text("grant", exception.grant());
        text("reason", documentation.reason());
        text("owner", documentation.owner());
        text("ticket", documentation.ticket());
        text("expires", documentation.expires());
        json.writeEndObject();
    }

    private void text(String field, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(field, value.get());
        }
    }

    @Override
    public void end(Summary summary) throws IOException {
        json.writeEndArray();
        json.writeObjectFieldStart("summary");
        json.writeNumberField("workloads", summary.workloads());
        json.writeNumberField("allowed", summary.allowed());
        json.writeNumberField("denied", summary.denied());
        json.writeNumberField("warned", summary.warned());
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
