package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.wire.Place;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The parts that JSON reports of every command have in common (contract §7).
 *
 * @param json what they are written to
 */
public record JsonParts(JsonGenerator json) {

    /** The fields of a container's verdict, into the object that is open. */
    public void verdict(ContainerVerdict container) throws IOException {
        json.writeStringField("name", container.name());
        json.writeStringField("path", container.path());
        json.writeStringField("declared", container.profile().declared());
        json.writeStringField("source", container.source().reportName());
        json.writeStringField("confinement", container.confinement().level().reportName());
        text("cause", container.confinement().cause().map(Cause::reportName));
        strings("nodes", container.nodes());
    }

    /** The field {@code findings}, into the object that is open; those that are known from before are marked. */
    public void findings(Judgement judgement) throws IOException {
        json.writeArrayFieldStart("findings");
        for (Finding finding : judgement.decision().findings()) {
            finding(judgement, finding);
        }
        json.writeEndArray();
    }

    private void finding(Judgement judgement, Finding finding) throws IOException {
        json.writeStartObject();
        json.writeStringField("rule", finding.rule().id());
        json.writeStringField("action", finding.action().policyName());
        json.writeStringField("container", finding.container());
        json.writeStringField("path", finding.path());
        json.writeStringField("policy", finding.policy());
        json.writeStringField("message", finding.message());
        json.writeStringField("fix", finding.fix());
        if (!judgement.isLive()) {
            Place place = judgement.place(finding);
            json.writeNumberField("line", place.line());
            json.writeNumberField("column", place.column());
        }
        if (judgement.isKnown(finding)) {
            json.writeBooleanField("known", true);
        }
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
        documentation(documentation);
        json.writeEndObject();
    }

    /**
     * The fields that say where an exception comes from, what documents it and when it ends, into the object that is open.
     *
     * @param grant its name; absent for an exception by annotation
     */
    public void origin(Optional<String> grant, Documentation documentation) throws IOException {
        json.writeStringField("source", grant.isPresent() ? "Grant" : "Annotation");
        text("grant", grant);
        documentation(documentation);
        text("endsAt", documentation.end().map(end -> end.end().toString()));
    }

    /** The fields that document an exception, into the object that is open. */
    public void documentation(Documentation documentation) throws IOException {
        text("reason", documentation.reason());
        text("owner", documentation.owner());
        text("ticket", documentation.ticket());
        text("expires", documentation.expires());
    }

    /** The fields that say what an exception was looked at for and what came of it, into the object that is open. */
    public void lookedAt(ExceptionStanding exception) throws IOException {
        json.writeStringField("policy", exception.policy());
        if (exception.need().isPresent()) {
            json.writeStringField("rule", exception.need().get().rule().id());
            json.writeStringField("container", exception.need().get().container());
            json.writeStringField("path", exception.need().get().path());
        }
        json.writeBooleanField("accepted", exception.isAccepted());
        strings("faults", exception.faults().stream().map(ExceptionFault::text).toList());
        controls(exception.controls(), exception.unmet());
    }

    /** The field {@code controls}: which are asked of a container, and whether it has them. */
    public void controls(List<String> asked, List<String> unmet) throws IOException {
        json.writeArrayFieldStart("controls");
        for (String control : asked) {
            json.writeStartObject();
            json.writeStringField("control", control);
            json.writeBooleanField("met", !unmet.contains(control));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** A field with a list of strings. */
    public void strings(String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /** A field with a string, where there is one. */
    public void text(String field, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(field, value.get());
        }
    }
}
