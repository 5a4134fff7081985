package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Message;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.AdmissionAnswer;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.ManifestObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * The decision log: one line for each denial and each review that warns, and one for each finding in dry-run audit mode. The
 * line is {@code key=value} pairs; where the log is JSON the pairs are fields as well. Whatever a client wrote is quoted and
 * escaped, and nothing of an object but its name is in it.
 */
final class DecisionLog {

    /** The category, by which the log can be silenced or sent elsewhere. */
    static final String CATEGORY = "apparmor-admission.decision";

    private static final int MOST_CONTAINERS = 8;

    private static final Logger LOG = Logger.getLogger(CATEGORY);

    private final boolean fields;
    private final boolean dryRun;

    /**
     * Makes the log.
     *
     * @param fields whether the pairs are put into the log record as fields too
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
        if (dryRun) {
            for (Finding finding : decision.findings()) {
                Map<String, String> pairs = start(ruling, "would-" + verb(finding.intended()), decision);
                about(pairs, List.of(finding));
                pairs.put("message", quoted(finding.message()));
                write(pairs);
            }
        } else if (!decision.allowed()) {
            Map<String, String> pairs = start(ruling, "deny", decision);
            about(pairs, decision.findings(Action.ENFORCE));
            pairs.put("message", quoted(Message.denial(decision)));
            write(pairs);
        } else if (!answer.warnings().isEmpty()) {
            Map<String, String> pairs = start(ruling, "warn", decision);
            about(pairs, decision.findings(Action.WARN));
            pairs.put("message", quoted(String.join("; ", answer.warnings())));
            write(pairs);
        }
    }

    /** A review that could not be judged, and was denied for that. */
    void failure(Ruling ruling, Throwable cause) {
        LOG.errorf(
                cause,
                "verdict=deny door=%s uid=%s kind=%s namespace=%s message=\"judging failed\"",
                ruling.door().label(),
                Quoted.of(ruling.request().uid()),
                Quoted.of(ruling.request().kind()),
                Quoted.of(ruling.request().namespace()));
    }

    private static String verb(Action intended) {
        return switch (intended) {
            case ENFORCE -> "deny";
            case WARN -> "warn";
            case AUDIT, IGNORE -> "audit";
        };
    }

    private static Map<String, String> start(Ruling ruling, String verdict, Decision decision) {
        AdmissionRequest request = ruling.request();
        Map<String, String> pairs = new LinkedHashMap<>();
        pairs.put("verdict", verdict);
        pairs.put("door", ruling.door().label());
        pairs.put("operation", Quoted.bare(request.operation()));
        pairs.put("namespace", Quoted.of(request.namespace()));
        pairs.put("kind", Quoted.of(request.kind()));
        if (!request.subResource().isEmpty()) {
            pairs.put("subresource", Quoted.of(request.subResource()));
        }
        String name = request.name().isEmpty()
                ? request.object().map(ManifestObject::name).orElse("")
                : request.name();
        pairs.put("name", Quoted.of(name));
        pairs.put("user", Quoted.of(request.username()));
        pairs.put("mode", ruling.mode());
        pairs.put("policies", quoted(String.join(",", decision.policies())));
        pairs.put("hash", decision.policyHash());
        pairs.put("uid", Quoted.of(request.uid()));
        if (request.dryRun()) {
            pairs.put("request-dry-run", "true");
        }
        return pairs;
    }

    private static void about(Map<String, String> pairs, List<Finding> findings) {
        pairs.put(
                "rules",
                distinct(findings.stream().map(finding -> finding.rule().id())));
        pairs.put(
                "containers",
                '"'
                        + distinct(findings.stream()
                                .map(finding ->
                                        finding.container().isEmpty() ? "(pod)" : Quoted.bare(finding.container())))
                        + '"');
    }

    private static String distinct(Stream<String> values) {
        return values.distinct().limit(MOST_CONTAINERS).collect(Collectors.joining(","));
    }

    /** Text of ours, in which foreign text is escaped already; only the quotes around that are to be escaped. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?") + '"';
    }

    private void write(Map<String, String> pairs) {
        String line = pairs.entrySet().stream()
                .map(pair -> pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining(" "));
        if (!fields) {
            LOG.info(line);
            return;
        }
        pairs.forEach(MDC::put);
        try {
            LOG.info(line);
        } finally {
            pairs.keySet().forEach(MDC::remove);
        }
    }
}
