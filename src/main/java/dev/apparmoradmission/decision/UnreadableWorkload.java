package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.List;
import java.util.Optional;

/**
 * A workload whose structure is not the API's, such as containers that are no list. Nothing can be told of what it would run,
 * so it is denied wherever a policy enforces anything: fail closed. The API server refuses it anyway.
 *
 * @param kind what it is
 * @param namespace its namespace
 * @param path the part that cannot be read, dotted
 * @param problem what is wrong with it, one line
 */
public record UnreadableWorkload(WorkloadKind kind, String namespace, String path, String problem) {

    /** What is decided about it. */
    public Decision decide(Operation operation, Snapshot snapshot) {
        List<AppArmorPolicy> matching = snapshot.policies().matching(namespace, snapshot.namespaces());
        Optional<Finding> strictest = Optional.empty();
        for (AppArmorPolicy policy : matching) {
            Action ceiling =
                    kind.isTemplate() && !(operation instanceof Operation.Review) ? policy.templates() : Action.ENFORCE;
            Action intended = policy.action(Rule.PROFILE_INVALID).cappedAt(ceiling);
            if (intended != Action.IGNORE
                    && strictest
                            .filter(f -> f.intended().compareTo(intended) >= 0)
                            .isEmpty()) {
                strictest = Optional.of(finding(policy, intended, snapshot.dryRun()));
            }
        }
        return new Decision(
                true,
                matching.stream().map(AppArmorPolicy::name).toList(),
                snapshot.policies().hash(),
                List.of(),
                strictest.stream().toList(),
                List.of(),
                List.of(),
                List.of());
    }

    private Finding finding(AppArmorPolicy policy, Action intended, boolean dryRun) {
        return new Finding(
                Rule.PROFILE_INVALID,
                dryRun ? intended.cappedAt(Action.AUDIT) : intended,
                intended,
                "",
                path,
                "Invalid",
                policy.name(),
                "cannot be read: " + path + " " + problem,
                "write a " + kind.kindName() + " as the API describes it",
                List.of(),
                Optional.empty());
    }
}
