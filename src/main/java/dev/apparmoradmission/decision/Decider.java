package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.rule.Examination;
import dev.apparmoradmission.decision.rule.RuleCheck;
import dev.apparmoradmission.decision.rule.Rules;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Placement;
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
        return deliberate(requested, operation, snapshot, now).decision();
    }

    /**
     * What was weighed on the way to a decision, for those who want to know why.
     *
     * @param decision the decision
     * @param applicable the policies by which it was judged
     * @param defaulting what the default did
     * @param placing what keeps it to nodes, or holds it back
     * @param judged the workload as it was judged, default and placement applied where the door asks for it
     * @param outlook what will become of its containers; absent where AppArmor has no part in it
     */
    record Deliberation(
            Decision decision,
            List<AppArmorPolicy> applicable,
            Defaulting defaulting,
            Placing placing,
            Workload judged,
            Optional<Outlook> outlook) {

        static Deliberation cutShort(Decision decision, Workload workload) {
            return new Deliberation(
                    decision, List.of(), Defaulting.none(workload), Placing.none(workload), workload, Optional.empty());
        }
    }

    /** Decides, and keeps what was weighed. */
    static Deliberation deliberate(Workload requested, Operation operation, Snapshot snapshot, Instant now) {
        String hash = snapshot.policies().hash();
        Workload workload = asStored(requested, operation);
        if (!operation.matters(workload)) {
            return Deliberation.cutShort(Decision.notEvaluated(hash), workload);
        }
        List<AppArmorPolicy> matching = snapshot.policies().matching(workload.namespace(), snapshot.namespaces());
        List<String> names = names(matching);
        List<AppArmorPolicy> applicable = applicable(matching, workload);
        if (workload.isWindows() || workload.selectsWindowsNodes() || applicable.isEmpty() && !matching.isEmpty()) {
            return Deliberation.cutShort(notApplicable(workload, operation, names, snapshot), workload);
        }
        Optional<Duration> patience = shortestPatience(applicable);
        Eligibility eligibility = new Eligibility(snapshot.nodes(), patience, now);
        boolean mirror = operation.requester().mirrors(workload);
        boolean podUpdate =
                operation instanceof Operation.Update && !workload.kind().isTemplate();
        Defaulting defaulting = mirror || podUpdate
                ? Defaulting.none(workload)
                : Defaulting.of(
                        workload,
                        operation,
                        applicable,
                        candidate -> eligibility.of(
                                Placing.of(candidate, applicable, false).placed()));
        Occasion occasion =
                new Occasion(operation, snapshot, now, mirror, workload.spec().profile());
        boolean stored = podUpdate || operation instanceof Operation.AddEphemeralContainers;
        Placing placing = mirror || stored
                ? Placing.none(defaulting.defaulted())
                : placing(defaulting, applicable, eligibility, occasion.ofPods());
        // A template's pods will pass the default, and so will those of a manifest; a pod at the validating door has.
        // In
        // dry-run audit mode it has not, and is judged as it would have come there.
        boolean beforeDefault =
                operation instanceof Operation.Review || workload.kind().isTemplate();
        Workload judged = beforeDefault || snapshot.dryRun() ? placing.placed() : workload;
        Set<String> emptied = beforeDefault ? defaulting.emptyAnnotationsRemoved() : Set.of();
        Outlook outlook = occasion.outlook(judged, eligibility.of(judged));
        Settled settled = occasion.settle(judged, outlook, emptied, applicable);

        List<PatchOperation> intended = new ArrayList<>();
        if (!workload.kind().isTemplate()) {
            intended.addAll(defaulting.patch());
            intended.addAll(placing.patch());
        }
        Outlook told = outlook.at(now, patience);
        Decision decision = new Decision(
                true,
                names,
                hash,
                told.verdicts(),
                inOrder(settled.findings(), outlook.containers()),
                snapshot.dryRun() ? List.of() : intended,
                intended,
                List.of(),
                settled.exceptions());
        return new Deliberation(decision, applicable, defaulting, placing, judged, Optional.of(told));
    }

    // Loops here and in the rules, where a stream would read as well: one that nothing flows through takes some
    // 200 bytes, and a decision had a dozen of them.

    private static List<String> names(List<AppArmorPolicy> policies) {
        List<String> names = new ArrayList<>(policies.size());
        for (AppArmorPolicy policy : policies) {
            names.add(policy.name());
        }
        return names;
    }

    private static List<AppArmorPolicy> applicable(List<AppArmorPolicy> matching, Workload workload) {
        List<AppArmorPolicy> applicable = new ArrayList<>(matching.size());
        for (AppArmorPolicy policy : matching) {
            if (!isExempt(policy, workload)) {
                applicable.add(policy);
            }
        }
        return applicable;
    }

    /** Where the new pod is led, and whether it is held back: it is where it would else be denied for a profile that may come. */
    private static Placing placing(
            Defaulting defaulting, List<AppArmorPolicy> applicable, Eligibility eligibility, Occasion occasion) {
        Placing placing = Placing.of(defaulting.defaulted(), applicable, defaulting.pinned());
        Workload placed = placing.placed();
        List<AppArmorPolicy> holding = Placing.those(applicable, AppArmorPolicy.Placement.HOLD);
        if (holding.isEmpty() || !Placing.isChoiceLeft(placed)) {
            return placing;
        }
        Outlook outlook = occasion.outlook(placed, eligibility.of(placed));
        boolean waits =
                occasion.settle(placed, outlook, defaulting.emptyAnnotationsRemoved(), holding).findings().stream()
                        .anyMatch(finding ->
                                finding.intended() == Action.ENFORCE && Settlement.mayComeRight(finding.rule()));
        return waits ? placing.held() : placing;
    }

    /** Where a workload may land, worked out once as long as its placement stays the same. */
    private static final class Eligibility {

        private final ClusterNodes nodes;
        private final Optional<Duration> patience;
        private final Instant now;
        private Placement last = Placement.ANYWHERE;
        private Optional<EligibleNodes> found = Optional.empty();

        Eligibility(ClusterNodes nodes, Optional<Duration> patience, Instant now) {
            this.nodes = nodes;
            this.patience = patience;
            this.now = now;
        }

        EligibleNodes of(Workload workload) {
            Placement placement = workload.spec().placement();
            EligibleNodes known = found.filter(unchanged -> placement.equals(last))
                    .orElseGet(() -> nodes.eligibleFor(workload, patience, now));
            last = placement;
            found = Optional.of(known);
            return known;
        }
    }

    /**
     * What the rules found, and the exceptions that were looked at for it.
     *
     * @param findings the findings of all policies, joined
     * @param exceptions the exceptions, policy by policy
     */
    private record Settled(List<Finding> findings, List<ExceptionStanding> exceptions) {}

    /** Most pods have no exception under any policy, and most clusters one policy: then nothing is copied. */
    private static List<ExceptionStanding> joined(List<ExceptionStanding> before, List<ExceptionStanding> more) {
        if (before.isEmpty() || more.isEmpty()) {
            return before.isEmpty() ? more : before;
        }
        List<ExceptionStanding> all = new ArrayList<>(before);
        all.addAll(more);
        return all;
    }

    /**
     * What a workload is judged with.
     *
     * @param operation what is about to happen
     * @param snapshot policies, nodes and namespaces
     * @param now the instant
     * @param mirror whether it is a mirror pod of its own node
     * @param writtenPodLevel the pod level's profile as it was written, before the default
     */
    private record Occasion(
            Operation operation, Snapshot snapshot, Instant now, boolean mirror, Profile writtenPodLevel) {

        /** The same for the pods made of a template: whether these will be held is not for {@code templates} to say. */
        Occasion ofPods() {
            return new Occasion(Operation.Review.SHARED, snapshot, now, mirror, writtenPodLevel);
        }

        Outlook outlook(Workload judged, EligibleNodes eligible) {
            List<JudgedContainer> containers = new ArrayList<>();
            for (Container container : operation.judgedContainers(judged)) {
                containers.add(JudgedContainer.of(judged, container));
            }
            return Outlook.of(containers, judged.requiresAppArmor(), eligible);
        }

        Settled settle(Workload judged, Outlook outlook, Set<String> emptied, List<AppArmorPolicy> policies) {
            Map<Settlement.Subject, Finding> findings = new LinkedHashMap<>();
            List<ExceptionStanding> exceptions = List.of();
            for (AppArmorPolicy policy : policies) {
                Optional<Action> ceiling = ceiling(policy, judged, operation, mirror);
                if (ceiling.isEmpty()) {
                    continue;
                }
                Outlook seen = outlook.at(now, policy.localhost().maxAge());
                Examination examination = new Examination(
                        judged,
                        policy,
                        outlook.containers(),
                        !(operation instanceof Operation.AddEphemeralContainers),
                        seen.nodes(),
                        seen.confinements(),
                        seen.lookups(),
                        snapshot.nodes().isInventoried(),
                        writtenPodLevel,
                        emptied,
                        now,
                        new ArrayList<>());
                for (RuleCheck rule : Rules.ALL) {
                    rule.examine(examination);
                }
                ExceptionClaims claims =
                        new ExceptionClaims(judged, operation.claims(judged), policy, snapshot.policies(), now);
                new Settlement(policy, ceiling.get(), snapshot.dryRun(), claims)
                        .settle(judged, examination.observations(), findings);
                exceptions = joined(exceptions, claims.standings());
            }
            return new Settled(new ArrayList<>(findings.values()), exceptions);
        }
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

    static boolean isExempt(AppArmorPolicy policy, Workload workload) {
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
    static Optional<Duration> shortestPatience(List<AppArmorPolicy> policies) {
        Optional<Duration> shortest = Optional.empty();
        for (AppArmorPolicy policy : policies) {
            Optional<Duration> age = policy.localhost().maxAge();
            if (age.isPresent() && (shortest.isEmpty() || age.get().compareTo(shortest.get()) < 0)) {
                shortest = age;
            }
        }
        return shortest;
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
