package dev.apparmoradmission.exceptions;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.ledger.ExceptionUse;
import dev.apparmoradmission.ledger.GrantUse;
import dev.apparmoradmission.ledger.Purpose;
import dev.apparmoradmission.ledger.State;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.JsonParts;
import dev.apparmoradmission.report.JsonReport;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** A ledger for programs. */
final class LedgerJson {

    private static final long DAY = Duration.ofDays(1).toSeconds();

    private final LedgerReport report;
    private final JsonGenerator json;
    private final JsonParts parts;

    LedgerJson(LedgerReport report, OutputStream out) throws IOException {
        this.report = report;
        this.json = JsonReport.generator(out);
        this.parts = new JsonParts(json);
    }

    void write() throws IOException {
        json.writeStartObject();
        json.writeStringField("policyHash", report.header().policyHash());
        json.writeStringField("now", report.header().now().toString());
        json.writeNumberField("expiringDays", report.ledger().soon().toDays());
        json.writeBooleanField("partial", report.isPartial());
        parts.strings("unread", report.unread());
        json.writeObjectFieldStart("summary");
        summary("grants", report.ledger().grants().stream().map(GrantUse::state).toList());
        summary(
                "exceptions",
                report.ledger().uses().stream().map(ExceptionUse::state).toList());
        json.writeNumberField(
                "unusedGrants",
                report.ledger().grants().stream()
                        .filter(grant -> !grant.isUsed())
                        .count());
        json.writeNumberField(
                "unneededExceptions",
                report.ledger().uses().stream().filter(use -> !use.needed()).count());
        json.writeEndObject();
        json.writeArrayFieldStart("grants");
        for (GrantUse grant : report.ledger().grants()) {
            grant(grant);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("exceptions");
        for (ExceptionUse use : report.ledger().uses()) {
            use(use);
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    private void summary(String field, List<State> states) throws IOException {
        json.writeObjectFieldStart(field);
        for (State state : State.values()) {
            json.writeNumberField(
                    state.word(), states.stream().filter(state::equals).count());
        }
        json.writeEndObject();
    }

    private void grant(GrantUse use) throws IOException {
        AppArmorException grant = use.grant();
        json.writeStartObject();
        json.writeStringField("name", grant.name());
        json.writeStringField("state", use.state().word());
        json.writeBooleanField("used", use.isUsed());
        ending(grant.documentation());
        parts.documentation(grant.documentation());
        parts.strings("faults", use.faults());
        strings("permits", grant.permits().stream().sorted().map(Rule::id));
        strings("namespaces", grant.namespaces().stream().map(Glob::pattern));
        strings("containers", grant.containers().stream().map(Glob::pattern));
        strings("images", grant.images().stream().map(Glob::pattern));
        strings("serviceAccounts", grant.serviceAccounts().stream().sorted());
        json.writeBooleanField("claimRequired", grant.claimRequired());
        strings("controls", grant.controls().stream().map(Control::policyName).sorted());
        json.writeObjectFieldStart("use");
        json.writeNumberField("workloads", use.uses().size());
        json.writeNumberField("pods", use.pods());
        json.writeNumberField("containers", use.containers());
        parts.strings("namespaces", use.namespaces());
        parts.text("since", use.since().map(Instant::toString));
        json.writeEndObject();
        json.writeEndObject();
    }

    private void use(ExceptionUse use) throws IOException {
        json.writeStartObject();
        json.writeStringField("namespace", use.holder().namespace());
        json.writeStringField("kind", use.holder().kind());
        json.writeStringField("name", use.holder().name());
        parts.text("place", use.place());
        json.writeStringField("source", use.grant().isPresent() ? "Grant" : "Annotation");
        parts.text("grant", use.grant());
        json.writeStringField("state", use.state().word());
        json.writeBooleanField("needed", use.needed());
        ending(use.documentation());
        parts.documentation(use.documentation());
        json.writeNumberField("pods", use.pods());
        json.writeBooleanField("template", use.template());
        parts.text("since", use.since().map(Instant::toString));
        parts.strings("serviceAccounts", use.serviceAccounts());
        parts.strings("containers", use.containers());
        json.writeArrayFieldStart("purposes");
        for (Purpose purpose : use.purposes()) {
            json.writeStartObject();
            json.writeStringField("policy", purpose.policy());
            if (purpose.rule().isPresent()) {
                json.writeStringField("rule", purpose.rule().get().id());
                json.writeStringField("container", purpose.container());
            }
            json.writeBooleanField("accepted", purpose.isAccepted());
            parts.strings("faults", purpose.faults());
            parts.controls(purpose.controls(), purpose.unmet());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void ending(Documentation documentation) throws IOException {
        if (documentation.end().isPresent()) {
            Instant end = documentation.end().get().end();
            json.writeStringField("endsAt", end.toString());
            json.writeNumberField(
                    "daysLeft",
                    Math.floorDiv(Duration.between(report.ledger().now(), end).toSeconds(), DAY));
        }
    }

    private void strings(String field, Stream<String> values) throws IOException {
        parts.strings(field, values.toList());
    }
}
