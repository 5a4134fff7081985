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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * The decision log: one line for what a review is denied for, one for what it warns of and one for what is only recorded, and in
 * dry-run audit mode one for each finding. The
 * line is {@code key=value} pairs; where the log is JSON the line is the message alone, and the pairs are fields. Whatever a
 * client wrote is escaped, and nothing of an object but its name is in it.
 */
final class DecisionLog {

    /** The category, by which the log can be silenced or sent elsewhere. */
    static final String CATEGORY = "apparmor-admission.decision";

    private static final int MOST_CONTAINERS = 8;
    /** Longest name in Kubernetes, and longest value of a field, in characters. */
    private static final int LONGEST_FIELD = 253;

    private static final Logger LOG = Logger.getLogger(CATEGORY);

    /** The value of a pair: how it stands in a line, and how in a field. */
    private record Value(String inLine, String asField) {

        /** One of our own words. */
        static Value word(String word) {
            return new Value(word, word);
        }

        /** What a client wrote. */
        static Value foreign(String text) {
            String escaped = Quoted.of(text, LONGEST_FIELD);
            return new Value(Quoted.of(text), escaped.substring(1, escaped.length() - 1));
        }

        /** Text of ours, in which foreign text is escaped already; only the quotes around that are to be escaped. */
        static Value text(String text) {
            String oneLine = text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
            return new Value('"' + oneLine.replace("\\", "\\\\").replace("\"", "\\\"") + '"', oneLine);
        }
    }

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
                Map<String, Value> pairs = start(ruling, "would-" + verb(finding.intended()), decision);
                about(pairs, List.of(finding));
                write(pairs, Value.text(finding.message()), LOG::info);
            }
            return;
        }
        if (!decision.allowed()) {
            tell(ruling, decision, Action.ENFORCE, Message.denial(decision));
        }
        if (!answer.warnings().isEmpty()) {
            tell(ruling, decision, Action.WARN, String.join("; ", answer.warnings()));
        }
        if (!decision.findings(Action.AUDIT).isEmpty()) {
            tell(ruling, decision, Action.AUDIT, Message.recorded(decision));
        }
    }

    private void tell(Ruling ruling, Decision decision, Action action, String message) {
        Map<String, Value> pairs = start(ruling, verb(action), decision);
        about(pairs, decision.findings(action));
        write(pairs, Value.text(message), LOG::info);
    }

    /** A review that could not be judged, and was denied for that. */
    void failure(Ruling ruling, Throwable cause) {
        Map<String, Value> pairs = new LinkedHashMap<>();
        pairs.put("verdict", Value.word("deny"));
        pairs.put("door", Value.word(ruling.door().label()));
        pairs.put("uid", Value.foreign(ruling.request().uid()));
        pairs.put("kind", Value.foreign(ruling.request().kind()));
        pairs.put("namespace", Value.foreign(ruling.request().namespace()));
        write(pairs, Value.text("judging failed"), line -> LOG.error(line, cause));
    }

    private static String verb(Action intended) {
        return switch (intended) {
            case ENFORCE -> "deny";
            case WARN -> "warn";
            case AUDIT, IGNORE -> "audit";
        };
    }

    private static Map<String, Value> start(Ruling ruling, String verdict, Decision decision) {
        AdmissionRequest request = ruling.request();
        Map<String, Value> pairs = new LinkedHashMap<>();
        pairs.put("verdict", Value.word(verdict));
        pairs.put("door", Value.word(ruling.door().label()));
        pairs.put("operation", Value.word(Quoted.bare(request.operation())));
        pairs.put("namespace", Value.foreign(request.namespace()));
        pairs.put("kind", Value.foreign(request.kind()));
        if (!request.subResource().isEmpty()) {
            pairs.put("subresource", Value.foreign(request.subResource()));
        }
        String name = request.name().isEmpty()
                ? request.object().map(ManifestObject::name).orElse("")
                : request.name();
        pairs.put("name", Value.foreign(name));
        pairs.put("user", Value.foreign(request.username()));
        pairs.put("mode", Value.word(ruling.mode()));
        pairs.put("policies", Value.text(String.join(",", decision.policies())));
        pairs.put("hash", Value.word(decision.policyHash()));
        pairs.put("uid", Value.foreign(request.uid()));
        if (request.dryRun()) {
            pairs.put("request-dry-run", Value.word("true"));
        }
        return pairs;
    }

    private static void about(Map<String, Value> pairs, List<Finding> findings) {
        pairs.put(
                "rules",
                Value.word(
                        distinct(findings.stream().map(finding -> finding.rule().id()))));
        String containers = distinct(findings.stream()
                .map(finding -> finding.container().isEmpty() ? "(pod)" : Quoted.bare(finding.container())));
        pairs.put("containers", new Value('"' + containers + '"', containers));
    }

    private static String distinct(Stream<String> values) {
        return values.distinct().limit(MOST_CONTAINERS).collect(Collectors.joining(","));
    }

    private void write(Map<String, Value> pairs, Value message, Consumer<String> log) {
        if (!fields) {
            log.accept(Stream.concat(pairs.entrySet().stream(), Stream.of(Map.entry("message", message)))
                    .map(pair -> pair.getKey() + "=" + pair.getValue().inLine())
                    .collect(Collectors.joining(" ")));
            return;
        }
        pairs.forEach((key, value) -> MDC.put(key, value.asField()));
        try {
            log.accept(message.asField());
        } finally {
            pairs.keySet().forEach(MDC::remove);
        }
    }
}
