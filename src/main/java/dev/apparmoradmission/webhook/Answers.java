package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Message;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.AdmissionAnswer;
import dev.apparmoradmission.wire.AdmissionAnswer.Cause;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Builds every answer that the webhook gives. */
final class Answers {

    /** Keys of audit annotations: the API server puts the webhook's name before them, and drops what is no qualified name. */
    static final String POLICY_HASH = "policy-hash";

    static final String FINDINGS = "findings";
    static final String EXCEPTIONS = "exceptions";
    static final String WOULD_DENY = "would-deny";
    static final String WOULD_PATCH = "would-patch";
    static final String DRY_RUN = "dry-run";

    /** Longest value of an audit annotation, in characters; there is one for each request in the cluster. */
    private static final int LONGEST_VALUE = 2000;
    /** Causes told; the message names no more than five containers either. */
    private static final int MOST_CAUSES = 32;

    private static final String NO_DECISION =
            "AppArmor: no decision could be made because of an internal error, so the answer is no; the webhook's log has the"
                    + " cause under the request's uid";

    private Answers() {}

    static AdmissionAnswer of(Ruling ruling, boolean dryRun) {
        String uid = ruling.request().uid();
        if (ruling.failed()) {
            return denied(uid, NO_DECISION, List.of(new Cause("", "internal-error", NO_DECISION)), Map.of());
        }
        if (ruling.decision().isEmpty()) {
            return AdmissionAnswer.allowed(uid);
        }
        Decision decision = ruling.decision().get();
        Map<String, String> audit = audit(decision, dryRun);
        List<String> warnings = Message.warnings(decision);
        if (decision.allowed()) {
            List<PatchOperation> patch = ruling.door() == Door.MUTATE ? decision.patch() : List.of();
            return new AdmissionAnswer(uid, true, "", List.of(), patch, warnings, audit);
        }
        return new AdmissionAnswer(uid, false, Message.denial(decision), causes(decision), List.of(), warnings, audit);
    }

    /** The answer while there is nothing to decide by. The webhook is not ready then, but may be called nevertheless. */
    static AdmissionAnswer notReady(String uid) {
        String message = "AppArmor: the webhook is starting and knows no policies yet; try again";
        return denied(uid, message, List.of(new Cause("", "not-ready", message)), Map.of());
    }

    private static AdmissionAnswer denied(String uid, String message, List<Cause> causes, Map<String, String> audit) {
        return new AdmissionAnswer(uid, false, message, causes, List.of(), List.of(), audit);
    }

    private static List<Cause> causes(Decision decision) {
        List<Cause> causes = new ArrayList<>();
        for (Finding finding : decision.findings(Action.ENFORCE)) {
            if (causes.size() < MOST_CAUSES) {
                causes.add(new Cause(finding.path(), finding.rule().id(), finding.message()));
            }
        }
        return causes;
    }

    private static Map<String, String> audit(Decision decision, boolean dryRun) {
        if (!decision.evaluated()) {
            return Map.of();
        }
        if (decision.findings().isEmpty() && decision.intendedPatch().equals(decision.patch()) && !dryRun) {
            return Map.of(POLICY_HASH, decision.policyHash());
        }
        Map<String, String> audit = new LinkedHashMap<>();
        audit.put(POLICY_HASH, decision.policyHash());
        if (dryRun) {
            audit.put(DRY_RUN, "true");
        }
        if (!decision.findings().isEmpty()) {
            audit.put(FINDINGS, findings(decision));
            String exceptions = exceptions(decision);
            if (!exceptions.isEmpty()) {
                audit.put(EXCEPTIONS, exceptions);
            }
            if (decision.allowed() && !decision.wouldBeAllowed()) {
                audit.put(WOULD_DENY, bounded(Message.intendedDenial(decision)));
            }
        }
        if (decision.patch().isEmpty() && !decision.intendedPatch().isEmpty()) {
            audit.put(
                    WOULD_PATCH,
                    bounded(decision.intendedPatch().stream()
                            .map(Answers::describe)
                            .collect(Collectors.joining("; "))));
        }
        return audit;
    }

    private static String findings(Decision decision) {
        StringBuilder told = new StringBuilder();
        for (Finding finding : decision.findings()) {
            told.append(told.isEmpty() ? "" : "; ")
                    .append(finding.rule().id())
                    .append('=')
                    .append(finding.action().policyName())
                    .append(' ')
                    .append(finding.subject())
                    .append(": ")
                    .append(finding.message());
        }
        return bounded(told.toString());
    }

    private static String exceptions(Decision decision) {
        StringBuilder told = new StringBuilder();
        for (Finding finding : decision.findings()) {
            if (finding.exception().isPresent()) {
                told.append(told.isEmpty() ? "" : "; ")
                        .append(finding.rule().id())
                        .append(' ')
                        .append(finding.subject())
                        .append(": ")
                        .append(finding.exception().get().describe());
            }
        }
        return bounded(told.toString());
    }

    private static String describe(PatchOperation operation) {
        if (operation instanceof PatchOperation.AddProfile add) {
            return "add " + add.profile().declared() + " at " + printable(add.pointer());
        }
        if (operation instanceof PatchOperation.RemoveAnnotation) {
            return "remove " + printable(operation.pointer());
        }
        return "add " + added(operation) + " at " + printable(operation.pointer());
    }

    private static String added(PatchOperation operation) {
        if (operation instanceof PatchOperation.AddAffinity add) {
            return required(add.requirements());
        }
        if (operation instanceof PatchOperation.AddExpressions add) {
            return required(add.requirements());
        }
        if (operation instanceof PatchOperation.AppendExpression append) {
            return required(List.of(append.requirement()));
        }
        return operation instanceof PatchOperation.AddGate gate ? "scheduling gate " + gate.gate() : "";
    }

    private static String required(List<Requirement> requirements) {
        return requirements.stream()
                .map(label -> "required node label " + label.key() + " in " + label.values())
                .collect(Collectors.joining(" and "));
    }

    /** A pointer ends in the name of a container, which nobody has validated yet at the mutating door. */
    private static String printable(String pointer) {
        return Quoted.oneLine(pointer);
    }

    private static String bounded(String text) {
        if (text.length() <= LONGEST_VALUE) {
            return text;
        }
        int end = LONGEST_VALUE - 3;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "...";
    }
}
