package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.node.ProfileKinds;
import dev.apparmoradmission.profile.ProfileList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What will become of the containers on the eligible nodes, worked out once for all policies and rules.
 *
 * @param containers the containers
 * @param podRequiresAppArmor whether the kubelet refuses the whole pod where AppArmor is off
 * @param nodes where the pod may land
 * @param confinements for each container, in order, its confinement on the nodes
 * @param lookups the same, but of privileged containers what the nodes' lists say of their profiles
 */
record Outlook(
        List<JudgedContainer> containers,
        boolean podRequiresAppArmor,
        EligibleNodes nodes,
        List<Confinements> confinements,
        List<Confinements> lookups) {

    private static final NodeAppArmor NOWHERE =
            new NodeAppArmor(ContainerRuntime.UNKNOWN, NodeAppArmor.State.UNREPORTED, ProfileList.EMPTY);

    static Outlook of(List<JudgedContainer> containers, boolean podRequiresAppArmor, EligibleNodes nodes) {
        List<Confinements> confinements =
                rows(containers, nodes, (container, node) -> Confiner.confine(container, podRequiresAppArmor, node));
        boolean anyPrivileged =
                containers.stream().anyMatch(container -> container.container().privileged());
        List<Confinements> lookups = anyPrivileged
                ? rows(containers, nodes, (container, node) -> Confiner.lookedUp(container, podRequiresAppArmor, node))
                : confinements;
        return new Outlook(containers, podRequiresAppArmor, nodes, confinements, lookups);
    }

    /** The same with nodes set apart whose inventory is older than this; itself where there is no limit or no such node. */
    Outlook at(Instant now, Optional<Duration> maxAge) {
        if (maxAge.isEmpty()) {
            return this;
        }
        EligibleNodes judged = nodes.at(now, maxAge.get());
        return judged == nodes ? this : of(containers, podRequiresAppArmor, judged);
    }

    private static List<Confinements> rows(
            List<JudgedContainer> containers,
            EligibleNodes nodes,
            BiFunction<JudgedContainer, NodeAppArmor, Confinement> confiner) {
        List<Confinements> rows = new ArrayList<>(containers.size());
        for (int i = 0; i < containers.size(); i++) {
            rows.add(faresLikeBefore(i, containers) ? rows.get(i - 1) : row(containers.get(i), nodes, confiner));
        }
        return rows;
    }

    /** Whether it fares like the container before it: those of a pod mostly have one profile. */
    private static boolean faresLikeBefore(int container, List<JudgedContainer> containers) {
        return container > 0 && containers.get(container).faresLike(containers.get(container - 1));
    }

    private static Confinements row(
            JudgedContainer container,
            EligibleNodes nodes,
            BiFunction<JudgedContainer, NodeAppArmor, Confinement> confiner) {
        ProfileKinds kinds = Confiner.kinds(container, nodes);
        List<Confinement> byKind = new ArrayList<>(kinds.count());
        for (int kind = 0; kind < kinds.count(); kind++) {
            byKind.add(confiner.apply(container, kinds.example(kind)));
        }
        return new Confinements(kinds, byKind);
    }

    /** What will become of each container where it is worst. */
    List<ContainerVerdict> verdicts() {
        List<ContainerVerdict> verdicts = new ArrayList<>(containers.size());
        for (int i = 0; i < containers.size(); i++) {
            JudgedContainer container = containers.get(i);
            if (nodes.isEmpty()) {
                verdicts.add(verdict(container, Confiner.confine(container, podRequiresAppArmor, NOWHERE), List.of()));
            } else if (faresLikeBefore(i, containers)) {
                ContainerVerdict before = verdicts.get(i - 1);
                verdicts.add(verdict(container, before.confinement(), before.worst()));
            } else {
                verdicts.add(worst(container, confinements.get(i)));
            }
        }
        return verdicts;
    }

    private static ContainerVerdict worst(JudgedContainer container, Confinements row) {
        Confinement worst = row.worst(confinement -> true, row.on(0));
        return verdict(container, worst, worst.dependsOnNode() ? row.parts(worst::isLike) : List.of());
    }

    static ContainerVerdict verdict(
            JudgedContainer container, Confinement confinement, List<EligibleNodes.Part> worst) {
        return new ContainerVerdict(
                container.name(), container.path(), container.profile(), container.source(), confinement, worst);
    }
}
