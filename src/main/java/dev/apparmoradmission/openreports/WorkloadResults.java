package dev.apparmoradmission.openreports;

import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.openreports.Result.Subject;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.report.Fingerprint;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.ObjectOwner;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The results of one workload.
 *
 * <p>Pods are reported at what keeps them. Their names live as short as they do: a report that named each would be as long as the
 * cluster is big, would be written anew with each roll-out, and would forget since when something is wrong. So five hundred pods of a
 * Deployment with the same finding are one result, which counts them and names one. What its template says is another: the one
 * tells what runs, the other what will.
 */
final class WorkloadResults {

    private static final String CATEGORY = "AppArmor";
    private static final String DRIFT_CATEGORY = "AppArmor drift";
    /** The label by which a Deployment's ReplicaSets, and their pods, are told apart; their names end in its value. */
    private static final String TEMPLATE_HASH = "pod-template-hash";

    private final WorkloadKind kind;
    private final Judgement judgement;
    private final Subject subject;
    /** The name of the pod where it is reported at what keeps it. */
    private final Optional<String> folded;

    private WorkloadResults(WorkloadKind kind, Judgement judgement, Subject subject, Optional<String> folded) {
        this.kind = kind;
        this.judgement = judgement;
        this.subject = subject;
        this.folded = folded;
    }

    static WorkloadResults of(StoredWorkload workload, Judgement judgement) {
        ManifestObject object = workload.object();
        String namespace = judgement.namespace();
        Optional<ObjectOwner> owner = workload.kind() == WorkloadKind.POD
                ? object.controller().filter(found -> !found.name().isEmpty())
                : Optional.empty();
        if (owner.isEmpty()) {
            return new WorkloadResults(
                    workload.kind(),
                    judgement,
                    new Subject(
                            apiVersion(workload.kind()),
                            workload.kind().kindName(),
                            namespace,
                            object.name(),
                            object.uid()),
                    Optional.empty());
        }
        ObjectOwner keeper = deployment(object, owner.get()).orElse(owner.get());
        String apiVersion = Arrays.stream(WorkloadKind.values())
                .filter(known -> known.kindName().equals(keeper.kind()))
                .map(WorkloadResults::apiVersion)
                .findFirst()
                .orElse("");
        return new WorkloadResults(
                workload.kind(),
                judgement,
                new Subject(apiVersion, keeper.kind(), namespace, keeper.name(), ""),
                Optional.of(object.name()));
    }

    /** The Deployment of a ReplicaSet that is called as the Deployment's controller calls it. */
    private static Optional<ObjectOwner> deployment(ManifestObject pod, ObjectOwner owner) {
        if (!owner.kind().equals(WorkloadKind.REPLICA_SET.kindName())) {
            return Optional.empty();
        }
        try {
            return pod.workload("")
                    .map(Workload::labels)
                    .map(labels -> "-" + labels.getOrDefault(TEMPLATE_HASH, ""))
                    .filter(suffix -> suffix.length() > 1
                            && owner.name().endsWith(suffix)
                            && owner.name().length() > suffix.length())
                    .map(suffix -> new ObjectOwner(
                            WorkloadKind.DEPLOYMENT.kindName(),
                            owner.name().substring(0, owner.name().length() - suffix.length())));
        } catch (UnreadableWorkloadException unreadable) {
            return Optional.empty();
        }
    }

    private static String apiVersion(WorkloadKind kind) {
        return kind.group().isEmpty() ? "v1" : kind.group() + "/v1";
    }

    /** What the results are about, in one word: what runs is one subject, what will run another. */
    String subject() {
        return judgedKind() + " " + subject.kind() + "/" + subject.name();
    }

    /** The kind of object that was looked at. */
    private String judgedKind() {
        return kind.kindName();
    }

    List<Result> results(List<Drift> drifts) {
        List<Result> results = new ArrayList<>();
        for (Finding finding : judgement.decision().findings()) {
            results.add(of(finding));
        }
        for (Drift drift : drifts) {
            results.add(of(drift));
        }
        for (String note : judgement.decision().notes()) {
            results.add(result(
                    fingerprint("", "note", note),
                    Outcome.WARN,
                    Severity.LOW,
                    CATEGORY,
                    String.join(", ", judgement.decision().policies()),
                    "note",
                    note,
                    new TreeMap<>()));
        }
        return results;
    }

    /**
     * Enforce fails; Warn and Audit warn, for neither keeps anything out. What dry-run audit mode lets pass is as bad as without it.
     * Whatever an exception covers is skipped, as other engines say it.
     */
    private Result of(Finding finding) {
        SortedMap<String, String> properties = new TreeMap<>();
        properties.put("container", finding.container());
        properties.put("path", finding.path());
        properties.put("declared", finding.declared());
        properties.put("action", finding.action().policyName());
        if (finding.intended() != finding.action()) {
            properties.put("intended", finding.intended().policyName());
        }
        properties.put("fix", finding.fix());
        finding.exception().ifPresent(exception -> document(exception, properties));
        judgement.decision().containers().stream()
                .filter(verdict -> verdict.path().equals(finding.path()))
                .findFirst()
                .ifPresent(verdict -> confinement(verdict, properties));
        Outcome outcome = finding.exception().isPresent()
                ? Outcome.SKIP
                : finding.action() == Action.ENFORCE ? Outcome.FAIL : Outcome.WARN;
        return result(
                fingerprint(finding.container(), finding.rule().id(), finding.declared()),
                outcome,
                outcome == Outcome.SKIP ? Severity.LOW : severity(finding.intended()),
                CATEGORY,
                finding.policy(),
                finding.rule().id(),
                finding.subject() + ": " + finding.message(),
                properties);
    }

    private static Severity severity(Action intended) {
        return switch (intended) {
            case ENFORCE -> Severity.HIGH;
            case WARN -> Severity.MEDIUM;
            case AUDIT, IGNORE -> Severity.LOW;
        };
    }

    private static void document(AcceptedException exception, SortedMap<String, String> properties) {
        properties.put("exception", exception.source());
        exception.grant().ifPresent(grant -> properties.put("grant", grant));
        exception.documentation().reason().ifPresent(reason -> properties.put("reason", reason));
        exception.documentation().owner().ifPresent(owner -> properties.put("owner", owner));
        exception.documentation().ticket().ifPresent(ticket -> properties.put("ticket", ticket));
        exception.documentation().expires().ifPresent(expires -> properties.put("expires", expires));
    }

    private static void confinement(ContainerVerdict verdict, SortedMap<String, String> properties) {
        properties.put("confinement", verdict.confinement().level().reportName());
        verdict.confinement().cause().map(Cause::reportName).ifPresent(cause -> properties.put("cause", cause));
    }

    /** How a pod came to be what it is; whether that may be, the policies' own results say. */
    private Result of(Drift drift) {
        SortedMap<String, String> properties = new TreeMap<>();
        ContainerVerdict verdict = drift.container();
        properties.put("container", verdict.name());
        properties.put("path", verdict.path());
        properties.put("declared", verdict.profile().declared());
        properties.put("drift", drift.kind().reportName());
        confinement(verdict, properties);
        boolean unconfined = switch (drift.kind()) {
            case BY_BINDING, PROFILE_UNLOADED, PROFILE_WEAKENED -> true;
            case BEFORE_ADMISSION, NOT_AS_ADMITTED -> false;
        };
        return result(
                fingerprint(
                        verdict.name(),
                        "drift/" + drift.kind().reportName(),
                        verdict.profile().declared()),
                Outcome.WARN,
                unconfined ? Severity.HIGH : Severity.MEDIUM,
                DRIFT_CATEGORY,
                String.join(", ", judgement.decision().policies()),
                drift.kind().reportName(),
                "container \"" + verdict.name() + "\" (" + verdict.path() + "): " + drift.message(),
                properties);
    }

    private Fingerprint fingerprint(String container, String rule, String declared) {
        return new Fingerprint(
                judgedKind(),
                judgement.namespace(),
                folded.isPresent() ? subject.kind() + "/" + subject.name() : subject.name(),
                container,
                rule,
                declared);
    }

    private Result result(
            Fingerprint fingerprint,
            Outcome outcome,
            Severity severity,
            String category,
            String policy,
            String rule,
            String message,
            SortedMap<String, String> properties) {
        return new Result(
                fingerprint.digest(),
                outcome,
                severity,
                category,
                policy,
                rule,
                message,
                subject,
                judgedKind(),
                properties,
                folded.isPresent() ? 1 : 0,
                folded.orElse(""));
    }
}
