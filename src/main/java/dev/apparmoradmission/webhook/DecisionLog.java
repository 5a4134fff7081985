package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Message;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.AdmissionAnswer;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.ManifestObject;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jboss.logging.Logger;

/**
 * The decision log: one line for what a review is denied for, one for what it warns of and one for what is only recorded, and in
 * dry-run audit mode one for each finding. The line is {@code key=value} pairs; where the log is JSON the line is the message
 * alone, and the pairs are fields. Whatever a client wrote is escaped, and nothing of an object but its name is in it.
 */
final class DecisionLog {

    /** The category, by which the log can be silenced or sent elsewhere. */
    static final String CATEGORY = "apparmor-admission.decision";

    /** Rules or containers that a line names. */
    private static final int MOST_NAMED = 8;

    private static final Logger LOG = Logger.getLogger(CATEGORY);

    private final boolean fields;
    private final boolean dryRun;

    /**
     * Makes the log.
     *
     * @param fields whether the pairs are put into the log record as fields, and not into its message
     * @param dryRun whether dry-run audit mode is on
     */
    DecisionLog(boolean fields, boolean dryRun) {
        this.fields = fields;
        this.dryRun = dryRun;
    }

    void record(Ruling ruling, AdmissionAnswer answer) {
        if (ruling.decision().isEmpty()) {
            return;
        }
        Decision decision = ruling.decision().get();
        if (decision.findings().isEmpty() && answer.warnings().isEmpty()) {
            // Most reviews: nothing is put together for a line that is not written.
            return;
        }
        if (dryRun) {
            for (Finding finding : decision.findings()) {
                tell(ruling, decision, "would-" + verb(finding.intended()), List.of(finding), finding.message());
            }
            return;
        }
        if (!decision.allowed()) {
            tell(ruling, decision, Action.ENFORCE, answer.message());
        }
        if (!answer.warnings().isEmpty()) {
            tell(ruling, decision, Action.WARN, String.join("; ", answer.warnings()));
        }
        if (!decision.findings(Action.AUDIT).isEmpty()) {
            tell(ruling, decision, Action.AUDIT, Message.recorded(decision));
        }
    }

    private void tell(Ruling ruling, Decision decision, Action action, String message) {
        tell(ruling, decision, verb(action), decision.findings(action), message);
    }

    private void tell(Ruling ruling, Decision decision, String verdict, List<Finding> findings, String message) {
        AdmissionRequest request = ruling.request();
        DecisionLine line = start(ruling, verdict);
        line.word("operation", Quoted.bare(request.operation()));
        line.foreign("namespace", request.namespace());
        line.foreign("kind", request.kind());
        if (!request.subResource().isEmpty()) {
            line.foreign("subresource", request.subResource());
        }
        line.foreign("name", request.name().isEmpty() ? nameOfObject(request) : request.name());
        line.foreign("user", request.username());
        line.word("mode", ruling.mode());
        line.text("policies", String.join(",", decision.policies()));
        line.word("hash", decision.policyHash());
        line.foreign("uid", request.uid());
        if (request.dryRun()) {
            line.word("request-dry-run", "true");
        }
        line.word("rules", rules(findings));
        line.quoted("containers", containers(findings));
        line.log(message, LOG::info);
    }

    /** A review that could not be judged, and was denied for that. */
    void failure(Ruling ruling, Throwable cause) {
        DecisionLine line = start(ruling, "deny");
        line.foreign("uid", ruling.request().uid());
        line.foreign("kind", ruling.request().kind());
        line.foreign("namespace", ruling.request().namespace());
        line.log("judging failed", text -> LOG.error(text, cause));
    }

    private DecisionLine start(Ruling ruling, String verdict) {
        DecisionLine line = fields ? new DecisionLine.OfFields() : new DecisionLine.OfPairs();
        line.word("verdict", verdict);
        line.word("door", ruling.door().label());
        return line;
    }

    private static String nameOfObject(AdmissionRequest request) {
        return request.object().map(ManifestObject::name).orElse("");
    }

    private static String verb(Action intended) {
        return switch (intended) {
            case ENFORCE -> "deny";
            case WARN -> "warn";
            case AUDIT, IGNORE -> "audit";
        };
    }

    private static String rules(List<Finding> findings) {
        Set<String> rules = new LinkedHashSet<>();
        for (Finding finding : findings) {
            rules.add(finding.rule().id());
        }
        return joined(rules);
    }

    private static String containers(List<Finding> findings) {
        Set<String> containers = new LinkedHashSet<>();
        for (Finding finding : findings) {
            containers.add(finding.container().isEmpty() ? "(pod)" : Quoted.bare(finding.container()));
        }
        return joined(containers);
    }

    private static String joined(Set<String> values) {
        StringJoiner joined = new StringJoiner(",");
        int told = 0;
        for (String value : values) {
            if (told++ < MOST_NAMED) {
                joined.add(value);
            }
        }
        return joined.toString();
    }
}
