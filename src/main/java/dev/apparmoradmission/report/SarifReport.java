package dev.apparmoradmission.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * SARIF: a result a finding, at its line. An accepted exception is a suppression, and a file that cannot be read a notification
 * of the run.
 */
public final class SarifReport implements Report {

    private final SarifLog log;
    private final List<String> problems = new ArrayList<>();

    /**
     * Writes to this; it is flushed at the end, not closed.
     *
     * @throws IOException where nothing can be written
     */
    public SarifReport(OutputStream out) throws IOException {
        this.log = new SarifLog(out);
    }

    @Override
    public void begin(Header header) throws IOException {
        List<SarifLog.RuleEntry> rules = Stream.of(Rule.values())
                .map(rule -> new SarifLog.RuleEntry(rule.id(), description(rule), level(rule.builtIn())))
                .toList();
        log.begin(rules, header.policyHash(), header.now());
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        for (Finding finding : judgement.decision().findings()) {
            String fix = finding.fix().isEmpty() ? "" : ". Fix: " + finding.fix();
            log.add(
                    Optional.of(finding.rule().id()),
                    level(finding.action()),
                    judgement.subject() + ", " + finding.subject() + ": " + finding.message() + fix,
                    judgement.file(),
                    judgement.place(finding),
                    object(judgement, finding.path()),
                    json -> details(judgement, finding, json));
        }
        for (String note : judgement.decision().notes()) {
            log.add(
                    Optional.empty(),
                    "warning",
                    judgement.subject() + ": " + note,
                    judgement.file(),
                    judgement.places().start(),
                    object(judgement, ""),
                    SarifLog.Details.NONE);
        }
    }

    private static String object(Judgement judgement, String path) {
        String object = judgement.kind() + "/" + judgement.namespace() + "/" + judgement.name();
        return path.isEmpty() ? object : object + "/" + path;
    }

    private static void details(Judgement judgement, Finding finding, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("partialFingerprints");
        json.writeStringField(
                "apparmorAdmission/v1", Fingerprint.of(judgement, finding).digest());
        json.writeEndObject();
        if (judgement.isKnown(finding)) {
            json.writeStringField("baselineState", "unchanged");
        }
        if (finding.exception().isPresent()) {
            AcceptedException exception = finding.exception().get();
            SarifLog.suppressed(exception.grant().isEmpty(), exception.describe())
                    .write(json);
        }
    }

    @Override
    public void problem(String line) {
        problems.add(line);
    }

    @Override
    public void end(Summary summary) throws IOException {
        log.end(problems);
    }

    private static String level(Action action) {
        return switch (action) {
            case ENFORCE -> "error";
            case WARN -> "warning";
            case AUDIT -> "note";
            case IGNORE -> "none";
        };
    }

    private static String description(Rule rule) {
        return switch (rule) {
            case PROFILE_INVALID -> "A value that cannot be read, or that the API server refuses";
            case UNCONFINED -> "Unconfined is declared without an exception";
            case PRIVILEGED -> "A privileged container to which the runtime applies no profile";
            case LOCALHOST_NOT_ALLOWED -> "The name of a Localhost profile is not one that may be used";
            case LOCALHOST_NOT_LOADED -> "A Localhost profile is not loaded where the pod may run";
            case LOCALHOST_MODE -> "A profile is loaded in a mode that the policy does not accept";
            case APPARMOR_UNAVAILABLE -> "A profile is required where AppArmor is off";
            case INVENTORY_UNKNOWN -> "Whether a Localhost profile is loaded is not known";
            case NO_ELIGIBLE_NODE -> "No known node can take a pod with a Localhost profile";
            case PROFILE_MISSING -> "No AppArmor profile is declared";
            case ANNOTATION_MALFORMED -> "An AppArmor annotation does not do what it seems to";
            case ANNOTATION_DEPRECATED -> "Only the deprecated annotation declares the profile";
            case EXCEPTION_INVALID -> "An exception is claimed that cannot be accepted";
        };
    }
}
