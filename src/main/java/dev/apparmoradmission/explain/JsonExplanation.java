package dev.apparmoradmission.explain;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.decision.Derivation.ContainerStanding;
import dev.apparmoradmission.decision.Derivation.DefaultStanding;
import dev.apparmoradmission.decision.Derivation.NodeStanding;
import dev.apparmoradmission.decision.Derivation.OnNodes;
import dev.apparmoradmission.decision.Derivation.PolicyStanding;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.report.JsonParts;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.wire.JsonPatchWriter;
import dev.apparmoradmission.workload.ProfileSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The way to a decision for programs: what {@code check} says of a workload, and more fields about how it came to that. */
final class JsonExplanation implements Explanation {

    private final JsonGenerator json;
    private final JsonParts parts;
    private final JsonPatchWriter patches = new JsonPatchWriter();

    JsonExplanation(OutputStream out, Report.Header header) throws IOException {
        this.json = JsonReport.generator(out);
        this.parts = new JsonParts(json);
        json.writeStartObject();
        json.writeStringField("policyHash", header.policyHash());
        json.writeStringField("now", header.now().toString());
        json.writeArrayFieldStart("results");
    }

    @Override
    public void add(Judgement judgement, Optional<Derivation> derivation) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", judgement.file());
        json.writeNumberField("document", judgement.document());
        if (!judgement.isLive()) {
            json.writeNumberField("line", judgement.places().start().line());
        }
        json.writeStringField("kind", judgement.kind());
        json.writeStringField("namespace", judgement.namespace());
        json.writeStringField("name", judgement.name());
        json.writeBooleanField("allowed", judgement.decision().allowed());
        if (derivation.isPresent()) {
            steps(judgement, derivation.get());
        }
        parts.findings(judgement);
        parts.strings("notes", judgement.decision().notes());
        json.writeArrayFieldStart("exceptions");
        for (ExceptionStanding exception : judgement.decision().exceptions()) {
            exception(exception);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void exception(ExceptionStanding exception) throws IOException {
        json.writeStartObject();
        parts.origin(exception.grant(), exception.documentation());
        json.writeBooleanField("claimed", exception.claimed());
        json.writeBooleanField("needed", exception.need().isPresent());
        parts.lookedAt(exception);
        json.writeEndObject();
    }

    private void steps(Judgement judgement, Derivation derivation) throws IOException {
        json.writeArrayFieldStart("policies");
        for (PolicyStanding policy : derivation.policies()) {
            json.writeStartObject();
            json.writeStringField("name", policy.policy().name());
            json.writeBooleanField("holds", policy.holds());
            json.writeStringField("why", Wording.of(policy));
            json.writeEndObject();
        }
        json.writeEndArray();
        if (derivation.defaulting().isPresent()) {
            defaulting(derivation.defaulting().get());
        }
        json.writeFieldName("patch");
        json.writeRawValue(new String(patches.write(derivation.changes()), StandardCharsets.UTF_8));
        json.writeArrayFieldStart("nodes");
        for (NodeStanding node : derivation.nodes()) {
            node(node);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("containers");
        for (ContainerStanding container : derivation.containers()) {
            container(judgement, container);
        }
        json.writeEndArray();
        parts.strings("quietRules", Wording.ids(derivation.quiet()));
        parts.strings("ignoredRules", Wording.ids(derivation.ignored()));
    }

    private void defaulting(DefaultStanding standing) throws IOException {
        json.writeObjectFieldStart("default");
        json.writeStringField("policy", standing.policy());
        json.writeStringField("profile", standing.profile().declared());
        json.writeBooleanField("given", standing.fate() == Derivation.DefaultFate.GIVEN);
        json.writeStringField("why", Wording.of(standing));
        parts.strings("containers", standing.containers());
        json.writeEndObject();
    }

    private void node(NodeStanding node) throws IOException {
        Member member = node.standing().member();
        json.writeStartObject();
        json.writeStringField("name", member.node().name());
        json.writeBooleanField("eligible", node.isEligible());
        parts.text("why", node.standing().barrier().map(Wording::of));
        json.writeStringField("appArmor", node.appArmor().state().name().toLowerCase(Locale.ROOT));
        json.writeStringField("runtime", node.appArmor().runtime().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("profiles", node.appArmor().profiles().modes().size());
        parts.text(
                "observedAt",
                member.inventory().flatMap(inventory -> inventory.observedAt()).map(Object::toString));
        json.writeEndObject();
    }

    private void container(Judgement judgement, ContainerStanding container) throws IOException {
        json.writeStartObject();
        parts.verdict(container.verdict());
        if (!judgement.isLive()) {
            json.writeNumberField(
                    "line", judgement.places().of(container.verdict().path()).line());
        }
        json.writeBooleanField("defaulted", container.defaulted());
        json.writeObjectFieldStart("sources");
        json.writeStringField(
                ProfileSource.CONTAINER_FIELD.reportName(), container.field().declared());
        parts.text(ProfileSource.ANNOTATION.reportName(), container.annotation());
        json.writeStringField(
                ProfileSource.POD_FIELD.reportName(), container.podLevel().declared());
        json.writeEndObject();
        json.writeArrayFieldStart("kernels");
        for (OnNodes on : container.confinements()) {
            json.writeStartObject();
            Confinement confinement = on.confinement();
            json.writeStringField("confinement", confinement.level().reportName());
            parts.text("cause", confinement.cause().map(Cause::reportName));
            if (!confinement.profile().isEmpty()) {
                json.writeStringField("profile", confinement.profile());
            }
            parts.text("mode", confinement.mode().map(ProfileMode::kernelName));
            parts.strings(
                    "nodes",
                    on.nodes().members().stream()
                            .map(node -> node.node().name())
                            .sorted()
                            .toList());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    @Override
    public void end() throws IOException {
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }
}
