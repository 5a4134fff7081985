package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What workloads use grants for. Each policy that reads grants is asked by itself: where several hold, only the strictest
 * finding is told, and it may be that of another.
 */
final class Usage {

    private final List<Snapshot> worlds;
    private final Instant now;
    private final Set<Use> uses = new HashSet<>();
    private int workloads;

    /**
     * A finding that a grant excuses.
     *
     * @param grant the grant
     * @param rule the rule
     * @param namespace where the workload is
     * @param serviceAccount what it runs as
     * @param container the container's name; empty for the pod level
     * @param image its image; empty for the pod level
     */
    record Use(String grant, Rule rule, String namespace, String serviceAccount, String container, String image) {}

    /** In this world, at this instant. */
    Usage(Snapshot snapshot, Instant now) {
        PolicySet all = snapshot.policies();
        this.worlds = all.policies().stream()
                .filter(policy -> policy.exceptions().source() == ExceptionSource.GRANT)
                .map(policy -> new PolicySet(List.of(policy), all.grants(), all.hash()))
                .map(alone -> new Snapshot(alone, snapshot.nodes(), snapshot.namespaces(), false))
                .toList();
        this.now = now;
    }

    /** Takes a workload. */
    void add(Workload workload, Operation operation) {
        workloads++;
        for (Snapshot world : worlds) {
            for (Finding finding :
                    Decider.decide(workload, operation, world, now).findings()) {
                finding.exception()
                        .flatMap(accepted -> accepted.grant())
                        .ifPresent(grant -> uses.add(use(grant, finding, workload)));
            }
        }
    }

    private static Use use(String grant, Finding finding, Workload workload) {
        Optional<Container> container = workload.spec().containers().stream()
                .filter(candidate ->
                        !finding.container().isEmpty() && candidate.name().equals(finding.container()))
                .findFirst();
        return new Use(
                grant,
                finding.rule(),
                workload.namespace(),
                workload.spec().serviceAccountName(),
                finding.container(),
                container.map(Container::image).orElse(""));
    }

    /** How many workloads were taken. */
    int workloads() {
        return workloads;
    }

    /** What a grant is used for. */
    Set<Use> of(String grant) {
        return uses.stream().filter(use -> use.grant().equals(grant)).collect(Collectors.toUnmodifiableSet());
    }
}
