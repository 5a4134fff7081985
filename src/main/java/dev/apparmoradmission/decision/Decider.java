package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.rule.Examination;
import dev.apparmoradmission.decision.rule.RuleCheck;
import dev.apparmoradmission.decision.rule.Rules;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one decision that every door calls. Pure: it reads no clock, no file and no network; for the same arguments it gives
 * the same answer.
 */
public final class Decider {

    private Decider() {}

    /**
     * Decides about one workload.
     *
     * @param requested the workload as requested
     * @param operation what is about to happen to it
     * @param snapshot policies, nodes and namespaces
     * @param now the instant at which exceptions and inventories are judged
     */
    public static Decision decide(Workload requested, Operation operation, Snapshot snapshot, Instant now) {
        String hash = snapshot.policies().hash();
        Workload workload = asStored(requested, operation);
        if (!operation.matters(workload)) {
            return Decision.notEvaluated(hash);
        }
        List<AppArmorPolicy> matching = snapshot.policies().matching(workload.namespace(), snapshot.namespaces());
        List<String> names = matching.stream().map(AppArmorPolicy::name).toList();
        List<AppArmorPolicy> applicable =
                matching.stream().filter(policy -> !isExempt(policy, workload)).toList();
        if (workload.isWindows() || workload.selectsWindowsNodes() || applicable.isEmpty() && !matching.isEmpty()) {
            return notApplicable(workload, operation, names, snapshot);
        }
        EligibleNodes eligible = snapshot.nodes().eligibleFor(workload);
        boolean mirror = operation.requester().mirrors(workload);
        boolean podUpdate =
                operation instanceof Operation.Update && !workload.kind().isTemplate();
        Defaulting defaulting = mirror || podUpdate
                ? Defaulting.none(workload)
                : Defaulting.of(workload, operation, applicable, eligible);
        // A template's pods will pass the default, and so will those of a manifest; a pod at the validating door has.
        boolean afterDefault =
                operation instanceof Operation.Review || workload.kind().isTemplate();
        Workload judged = afterDefault ? defaulting.defaulted() : workload;
        Set<String> emptied = afterDefault ? defaulting.emptyAnnotationsRemoved() : Set.of();
        List<JudgedContainer> containers = operation.judgedContainers(judged).stream()
                .map(container -> JudgedContainer.of(judged, container))
                .toList();
        Outlook outlook = Outlook.of(containers, judged.requiresAppArmor(), eligible);

        Map<Settlement.Subject, Finding> findings = new LinkedHashMap<>();
        for (AppArmorPolicy policy : applicable) {
            Optional<Action> ceiling = ceiling(policy, workload, operation, mirror);
            if (ceiling.isEmpty()) {
                continue;
            }
            Outlook seen = outlook.at(now, policy.localhost().maxAge());
            Examination examination = new Examination(
                    judged,
                    policy,
                    containers,
                    !(operation instanceof Operation.AddEphemeralContainers),
                    seen.nodes(),
                    seen.confinements(),
                    seen.lookups(),
                    snapshot.nodes().isInventoried(),
                    workload.spec().profile(),
                    emptied,
                    now,
                    new ArrayList<>());
            for (RuleCheck rule : Rules.ALL) {
                rule.examine(examination);
            }
            ExceptionClaims claims =
                    new ExceptionClaims(judged, operation.claims(workload), policy, snapshot.policies(), now);
            new Settlement(policy, ceiling.get(), snapshot.dryRun(), claims)
                    .settle(judged, examination.observations(), findings);
        }
        List<PatchOperation> intended = workload.kind().isTemplate() ? List.of() : defaulting.patch();
        return new Decision(
                true,
                names,
                hash,
                outlook.at(now, shortestPatience(applicable)).verdicts(),
                inOrder(new ArrayList<>(findings.values()), containers),
                snapshot.dryRun() ? List.of() : intended,
                intended,
                List.of());
    }

    /**
     * What the API server makes of a request for ephemeral containers: everything but them is reset to the stored pod, so
     * nothing else of the request is believed (semantics §2.6).
     */
    private static Workload asStored(Workload requested, Operation operation) {
        if (!(operation instanceof Operation.AddEphemeralContainers added)) {
            return requested;
        }
        List<Container> containers = new ArrayList<>();
        added.stored().spec().containers().stream()
                .filter(container -> container.kind() != ContainerKind.EPHEMERAL)
                .forEach(containers::add);
        requested.spec().containers().stream()
                .filter(container -> container.kind() == ContainerKind.EPHEMERAL)
                .forEach(containers::add);
        return added.stored().withContainers(containers);
    }

    private static boolean isExempt(AppArmorPolicy policy, Workload workload) {
        Set<String> exempt = policy.match().runtimeClassesNotApplicable();
        return workload.spec().runtimeClassName().filter(exempt::contains).isPresent();
    }

    private static Decision notApplicable(
            Workload workload, Operation operation, List<String> policies, Snapshot snapshot) {
        List<ContainerVerdict> verdicts = operation.judgedContainers(workload).stream()
                .map(container -> JudgedContainer.of(workload, container))
                .map(judged -> Outlook.verdict(judged, Confinement.NOT_APPLICABLE, List.of()))
                .toList();
        List<String> notes = workload.selectsWindowsNodes() && !snapshot.dryRun()
                ? List.of("AppArmor: the pod selects Windows nodes but does not say so: set spec.os.name to windows")
                : List.of();
        return new Decision(
                true, policies, snapshot.policies().hash(), verdicts, List.of(), List.of(), List.of(), notes);
    }

    /** The strictest action that may follow under a policy; empty where the policy leaves such workloads alone. */
    private static Optional<Action> ceiling(
            AppArmorPolicy policy, Workload workload, Operation operation, boolean mirror) {
        if (mirror) {
            // The static pod runs whatever is said here; a denial would only hide it.
            return Optional.of(Action.AUDIT);
        }
        if (!workload.kind().isTemplate() || operation instanceof Operation.Review) {
            return Optional.of(Action.ENFORCE);
        }
        return Optional.of(policy.templates()).filter(action -> action != Action.IGNORE);
    }

    /** The confinement that is told is that of the policy that believes an inventory the shortest. */
    private static Optional<Duration> shortestPatience(List<AppArmorPolicy> policies) {
        return policies.stream()
                .flatMap(policy -> policy.localhost().maxAge().stream())
                .min(Comparator.naturalOrder());
    }

    /** Pod level first, then container by container; within one, by rule. */
    private static List<Finding> inOrder(List<Finding> findings, List<JudgedContainer> containers) {
        if (findings.size() < 2) {
            return findings;
        }
        Map<String, Integer> places = new HashMap<>();
        containers.forEach(container -> places.put(container.path(), places.size()));
        findings.sort(Comparator.comparingInt((Finding finding) -> places.getOrDefault(finding.path(), -1))
                .thenComparing(Finding::rule)
                .thenComparing(Finding::message));
        return findings;
    }
}
