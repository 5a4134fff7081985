package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.ClusterNodes.Standing;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.Miss;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A decision with the whole way to it: which policies hold and which do not, what the default did, where the pod may land and
 * where not, what each node's kernel will do to each container, and which rules had nothing to say. It is made by the steps
 * of the decision itself, so that it cannot tell another story.
 *
 * @param decision the decision
 * @param policies every policy, by name
 * @param defaulting what became of the default; absent where no policy has one
 * @param changes what the mutating door would change; of a template, in the pods made of it
 * @param nodes every known node, by name; none where AppArmor has no part in the pod
 * @param containers each judged container
 * @param quiet rules that were looked at by some policy and found nothing
 * @param ignored rules that every policy that holds ignores
 */
public record Derivation(
        Decision decision,
        List<PolicyStanding> policies,
        Optional<DefaultStanding> defaulting,
        List<PatchOperation> changes,
        List<NodeStanding> nodes,
        List<ContainerStanding> containers,
        Set<Rule> quiet,
        Set<Rule> ignored) {

    /** Copies the collections. */
    public Derivation {
        policies = List.copyOf(policies);
        changes = List.copyOf(changes);
        nodes = List.copyOf(nodes);
        containers = List.copyOf(containers);
        quiet = Set.copyOf(quiet);
        ignored = Set.copyOf(ignored);
    }

    /**
     * A policy, and whether it holds.
     *
     * @param policy the policy
     * @param miss why its match leaves the namespace out; absent where it does not
     * @param exempt whether it leaves the pod's runtime class out
     */
    public record PolicyStanding(AppArmorPolicy policy, Optional<Miss> miss, boolean exempt) {
        /** Whether the workload is judged by it. */
        public boolean holds() {
            return miss.isEmpty() && !exempt;
        }
    }

    /** What became of a default. */
    public enum DefaultFate {
        /** It is given to the containers that declare nothing. */
        GIVEN,
        /** Every container declares a profile, or inherits one. */
        NOT_NEEDED,
        /** An eligible node has AppArmor off, where it would keep the pod from starting. */
        WITHHELD_FOR_A_NODE,
        /** A part of the pod is invalid, which the API server shall tell in its own words. */
        WITHHELD_FROM_AN_INVALID_POD,
        /** The pod is stored without it, and nobody writes it into a stored pod. */
        TOO_LATE,
        /** AppArmor has no part in the pod. */
        NOT_APPLICABLE
    }

    /**
     * What became of the default.
     *
     * @param policy the policy that it is of: the first by name that has one
     * @param profile the profile
     * @param fate what became of it
     * @param containers names of the containers that declare nothing
     */
    public record DefaultStanding(String policy, Profile profile, DefaultFate fate, List<String> containers) {
        /** Copies the list. */
        public DefaultStanding {
            containers = List.copyOf(containers);
        }
    }

    /**
     * A node, and whether the pod may land there.
     *
     * @param standing the node and what keeps the pod off it
     * @param appArmor what it can do with a profile, its list's age considered
     */
    public record NodeStanding(Standing standing, NodeAppArmor appArmor) {
        /** Whether the pod may land there. */
        public boolean isEligible() {
            return standing.barrier().isEmpty();
        }
    }

    /**
     * A container with everything that its profile could come from.
     *
     * @param verdict what is declared and what will come of it
     * @param field what its own security context declares
     * @param annotation the value of its beta annotation, where it has one
     * @param podLevel what the pod level declares, as it was written
     * @param defaulted whether its profile is the default
     * @param confinements what becomes of it on each kind of eligible node
     */
    public record ContainerStanding(
            ContainerVerdict verdict,
            Profile field,
            Optional<String> annotation,
            Profile podLevel,
            boolean defaulted,
            List<OnNodes> confinements) {
        /** Copies the list. */
        public ContainerStanding {
            confinements = List.copyOf(confinements);
        }
    }

    /**
     * What becomes of a container on some nodes.
     *
     * @param nodes nodes that are alike
     * @param confinement what their kernel does
     */
    public record OnNodes(Part nodes, Confinement confinement) {}

    /**
     * Derives the decision about a workload of a manifest.
     *
     * @param workload the workload as written
     * @param snapshot policies, nodes and namespaces
     * @param now the instant at which exceptions and inventories are judged
     */
    public static Derivation of(Workload workload, Snapshot snapshot, Instant now) {
        return of(workload, Operation.Review.SHARED, snapshot, now);
    }

    /**
     * Derives the decision about a pod as a cluster has stored it: the default and the placement are what it came with.
     *
     * @param workload the pod as stored
     * @param snapshot policies, nodes and namespaces
     * @param now the instant at which exceptions and inventories are judged
     */
    public static Derivation ofStored(Workload workload, Snapshot snapshot, Instant now) {
        return of(workload, new Operation.Create(Requester.ANYONE), snapshot, now);
    }

    private static Derivation of(Workload workload, Operation operation, Snapshot snapshot, Instant now) {
        Decider.Deliberation deliberation = Decider.deliberate(workload, operation, snapshot, now);
        boolean stored = !(operation instanceof Operation.Review);
        List<AppArmorPolicy> applicable = deliberation.applicable();
        Optional<Duration> patience = Decider.shortestPatience(applicable);
        List<PatchOperation> changes = new ArrayList<>();
        if (!stored) {
            changes.addAll(deliberation.defaulting().patch());
            changes.addAll(deliberation.placing().patch());
        }
        Set<Rule> quiet = EnumSet.noneOf(Rule.class);
        Set<Rule> ignored = EnumSet.noneOf(Rule.class);
        if (deliberation.outlook().isPresent()) {
            for (Rule rule : Rule.values()) {
                boolean looked = applicable.stream().anyMatch(policy -> policy.action(rule) != Action.IGNORE);
                boolean found = deliberation.decision().findings().stream().anyMatch(finding -> finding.rule() == rule);
                if (!found && !applicable.isEmpty()) {
                    (looked ? quiet : ignored).add(rule);
                }
            }
        }
        return new Derivation(
                deliberation.decision(),
                snapshot.policies().policies().stream()
                        .map(policy -> new PolicyStanding(
                                policy,
                                policy.match().miss(workload.namespace(), snapshot.namespaces()),
                                Decider.isExempt(policy, workload)))
                        .toList(),
                defaultStanding(workload, stored, deliberation),
                changes,
                deliberation.outlook().isPresent()
                        ? snapshot.nodes().standings(deliberation.judged(), patience, now).stream()
                                .map(standing -> new NodeStanding(
                                        standing, standing.member().appArmor(patience, now)))
                                .toList()
                        : List.of(),
                containers(workload, operation, deliberation),
                quiet,
                ignored);
    }

    private static Optional<DefaultStanding> defaultStanding(
            Workload workload, boolean stored, Decider.Deliberation deliberation) {
        List<String> open = workload.spec().containers().stream()
                .filter(container -> !workload.effective(container).profile().isDeclared())
                .map(Container::name)
                .toList();
        return deliberation.applicable().stream()
                .filter(policy -> policy.defaultProfile().profile().isDeclared())
                .findFirst()
                .map(policy -> new DefaultStanding(
                        policy.name(), policy.defaultProfile().profile(), fate(open, stored, deliberation), open));
    }

    private static DefaultFate fate(List<String> open, boolean stored, Decider.Deliberation deliberation) {
        if (deliberation.outlook().isEmpty()) {
            return DefaultFate.NOT_APPLICABLE;
        }
        if (deliberation.defaulting().patch().stream().anyMatch(PatchOperation.AddProfile.class::isInstance)) {
            return stored ? DefaultFate.TOO_LATE : DefaultFate.GIVEN;
        }
        if (open.isEmpty()) {
            return DefaultFate.NOT_NEEDED;
        }
        return Defaulting.isInvalid(deliberation.judged())
                ? DefaultFate.WITHHELD_FROM_AN_INVALID_POD
                : DefaultFate.WITHHELD_FOR_A_NODE;
    }

    private static List<ContainerStanding> containers(
            Workload written, Operation operation, Decider.Deliberation deliberation) {
        List<ContainerVerdict> verdicts = deliberation.decision().containers();
        List<Container> containers = operation.judgedContainers(written);
        List<ContainerStanding> standings = new ArrayList<>(verdicts.size());
        for (int i = 0; i < verdicts.size(); i++) {
            Container container = containers.get(i);
            int row = i;
            standings.add(new ContainerStanding(
                    verdicts.get(i),
                    container.field(),
                    written.betaAnnotation(container),
                    written.spec().profile(),
                    !written.effective(container).profile().isDeclared()
                            && verdicts.get(i).profile().isDeclared(),
                    deliberation.outlook().map(outlook -> onNodes(outlook, row)).orElse(List.of())));
        }
        return standings;
    }

    private static List<OnNodes> onNodes(Outlook outlook, int row) {
        List<OnNodes> confinements = new ArrayList<>();
        List<Part> parts = outlook.nodes().parts();
        for (int part = 0; part < parts.size(); part++) {
            confinements.add(
                    new OnNodes(parts.get(part), outlook.confinements().get(row).on(part)));
        }
        return confinements;
    }
}
