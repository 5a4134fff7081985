package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.node.NodeAppArmor;
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
 * @param confinements for each container, in order, its confinement on each part of the nodes, in order
 * @param lookups the same, but of privileged containers what the nodes' lists say of their profiles
 */
record Outlook(
        List<JudgedContainer> containers,
        boolean podRequiresAppArmor,
        EligibleNodes nodes,
        List<List<Confinement>> confinements,
        List<List<Confinement>> lookups) {

    private static final NodeAppArmor NOWHERE =
            new NodeAppArmor(ContainerRuntime.UNKNOWN, NodeAppArmor.State.UNREPORTED, ProfileList.EMPTY);

    static Outlook of(List<JudgedContainer> containers, boolean podRequiresAppArmor, EligibleNodes nodes) {
        List<List<Confinement>> confinements =
                matrix(containers, nodes, (container, node) -> Confiner.confine(container, podRequiresAppArmor, node));
        boolean anyPrivileged =
                containers.stream().anyMatch(container -> container.container().privileged());
        List<List<Confinement>> lookups = anyPrivileged
                ? matrix(
                        containers, nodes, (container, node) -> Confiner.lookedUp(container, podRequiresAppArmor, node))
                : confinements;
        return new Outlook(containers, podRequiresAppArmor, nodes, confinements, lookups);
    }

    /** The same with nodes set apart whose inventory is older than this; itself where there is no limit or no such node. */
    Outlook at(Instant now, Optional<Duration> maxAge) {
        if (maxAge.isEmpty()) {
            return this;
        }
        EligibleNodes judged = nodes.at(now, maxAge.get());
        return judged.equals(nodes) ? this : of(containers, podRequiresAppArmor, judged);
    }

    private static List<List<Confinement>> matrix(
            List<JudgedContainer> containers,
            EligibleNodes nodes,
            BiFunction<JudgedContainer, NodeAppArmor, Confinement> confiner) {
        List<List<Confinement>> rows = new ArrayList<>(containers.size());
        for (JudgedContainer container : containers) {
            List<Confinement> row = new ArrayList<>(nodes.parts().size());
            for (EligibleNodes.Part part : nodes.parts()) {
                row.add(confiner.apply(container, part.appArmor()));
            }
            rows.add(row);
        }
        return rows;
    }

    /** What will become of each container where it is worst. */
    List<ContainerVerdict> verdicts() {
        List<ContainerVerdict> verdicts = new ArrayList<>(containers.size());
        for (int i = 0; i < containers.size(); i++) {
            verdicts.add(
                    nodes.isEmpty()
                            ? verdict(
                                    containers.get(i),
                                    Confiner.confine(containers.get(i), podRequiresAppArmor, NOWHERE),
                                    List.of())
                            : worst(containers.get(i), confinements.get(i)));
        }
        return verdicts;
    }

    private ContainerVerdict worst(JudgedContainer container, List<Confinement> row) {
        Confinement worst = row.get(0);
        for (Confinement confinement : row) {
            worst = confinement.isWorseThan(worst) ? confinement : worst;
        }
        List<EligibleNodes.Part> from = new ArrayList<>();
        for (int part = 0; part < row.size() && worst.dependsOnNode(); part++) {
            if (row.get(part).isLike(worst)) {
                from.add(nodes.parts().get(part));
            }
        }
        return verdict(container, worst, from);
    }

    static ContainerVerdict verdict(
            JudgedContainer container, Confinement confinement, List<EligibleNodes.Part> worst) {
        return new ContainerVerdict(
                container.name(), container.path(), container.profile(), container.source(), confinement, worst);
    }
}
