package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A Code Quality report of GitLab: a merge request shows which findings are new and which are gone. Its form is the subset of
 * Code Climate's that GitLab reads; fingerprints stay while a finding moves.
 */
public final class GitlabReport implements Report {

    private final JsonGenerator json;

    /**
     * Writes to this; it is flushed at the end, not closed.
     *
     * @throws IOException where nothing can be written
     */
    public GitlabReport(OutputStream out) throws IOException {
        this.json = JsonReport.generator(out);
    }

    @Override
    public void begin(Header header) throws IOException {
        json.writeStartArray();
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        for (Finding finding : judgement.decision().findings()) {
            json.writeStartObject();
            String fix = finding.fix().isEmpty() ? "" : ". Fix: " + finding.fix();
            json.writeStringField(
                    "description", judgement.subject() + ", " + finding.subject() + ": " + finding.message() + fix);
            json.writeStringField("check_name", finding.rule().id());
            json.writeStringField(
                    "fingerprint", Fingerprint.of(judgement, finding).digest());
            json.writeStringField("severity", judgement.isKnown(finding) ? "info" : severity(finding.action()));
            json.writeObjectFieldStart("location");
            json.writeStringField("path", judgement.file());
            json.writeObjectFieldStart("lines");
            json.writeNumberField("begin", judgement.place(finding).line());
            json.writeEndObject();
            json.writeEndObject();
            json.writeEndObject();
        }
    }

    private static String severity(Action action) {
        return switch (action) {
            case ENFORCE -> "major";
            case WARN -> "minor";
            case AUDIT, IGNORE -> "info";
        };
    }

    @Override
    public void end(Summary summary) throws IOException {
        json.writeEndArray();
        json.writeRaw('\n');
        json.flush();
    }
}
