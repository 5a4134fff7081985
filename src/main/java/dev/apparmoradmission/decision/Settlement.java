package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.rule.Observation;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Turns what the rules saw under one policy into findings: exceptions first, then the action with all its ceilings; and joins
 * them with those of other policies, where the strictest action wins.
 */
final class Settlement {

    private final AppArmorPolicy policy;
    private final Action ceiling;
    private final boolean dryRun;
    private final ExceptionClaims claims;

    Settlement(AppArmorPolicy policy, Action ceiling, boolean dryRun, ExceptionClaims claims) {
        this.policy = policy;
        this.ceiling = ceiling;
        this.dryRun = dryRun;
        this.claims = claims;
    }

    void settle(Workload workload, List<Observation> observations, Map<Subject, Finding> joined) {
        boolean needed = false;
        for (Observation observation : observations) {
            if (policy.action(observation.rule()) == Action.IGNORE) {
                continue;
            }
            ExceptionClaims.Outcome outcome = claims.judge(observation.rule(), observation.container());
            boolean held = isHeld(workload, observation.rule());
            Action strictest = outcome.accepted().isPresent() || held ? Action.WARN : observation.ceiling();
            join(finding(workload, held ? held(observation) : observation, strictest, outcome.accepted()), joined);
            if (!outcome.faults().isEmpty()) {
                needed = true;
                join(invalid(workload, observation.container(), outcome.faults(), Action.ENFORCE), joined);
            }
            needed |= outcome.accepted().isPresent();
        }
        claims.conclude();
        List<ExceptionFault> faults = needed ? List.of() : claims.faults();
        if (!faults.isEmpty() && policy.action(Rule.EXCEPTION_INVALID) != Action.IGNORE) {
            // Nothing needs the exception, so nothing is denied for it; but somebody should clear it away.
            join(invalid(workload, Optional.empty(), faults, Action.WARN), joined);
        }
    }

    /** Whether a finding of the rule may vanish without a change of the pod, when a profile is loaded or reported. */
    static boolean mayComeRight(Rule rule) {
        return rule == Rule.LOCALHOST_NOT_LOADED || rule == Rule.LOCALHOST_MODE || rule == Rule.INVENTORY_UNKNOWN;
    }

    /**
     * A pod behind our gate cannot start, so nothing is lost by letting it wait; the removal of the gate is judged again. Under
     * a policy that does not hold pods back, a gate that somebody wrote into a pod changes nothing.
     */
    private boolean isHeld(Workload workload, Rule rule) {
        return policy.localhost().placement() == AppArmorPolicy.Placement.HOLD
                && mayComeRight(rule)
                && workload.spec().placement().isHeld();
    }

    private static Observation held(Observation seen) {
        return new Observation(
                seen.rule(),
                seen.container(),
                seen.message() + "; a scheduling gate holds the pod until that is right",
                seen.fix(),
                seen.nodes(),
                seen.ceiling());
    }

    private Finding invalid(
            Workload workload, Optional<JudgedContainer> container, List<ExceptionFault> faults, Action strictest) {
        Observation observation = new Observation(
                Rule.EXCEPTION_INVALID,
                container,
                "the exception is not accepted: "
                        + faults.stream().map(ExceptionFault::text).collect(Collectors.joining(", ")),
                "renew or correct it, or remove it",
                List.of(),
                strictest);
        return finding(workload, observation, strictest, Optional.empty());
    }

    private Finding finding(
            Workload workload, Observation observation, Action strictest, Optional<AcceptedException> exception) {
        Action intended = policy.action(observation.rule()).cappedAt(ceiling).cappedAt(strictest);
        Optional<JudgedContainer> container = observation.container();
        String message = exception
                .map(accepted -> observation.message() + ": accepted by " + accepted.describe())
                .orElse(observation.message());
        return new Finding(
                observation.rule(),
                dryRun ? intended.cappedAt(Action.AUDIT) : intended,
                intended,
                container.map(JudgedContainer::name).orElse(""),
                container.map(JudgedContainer::path).orElseGet(workload::podLevelPath),
                container
                        .map(JudgedContainer::profile)
                        .orElseGet(() -> workload.spec().profile())
                        .declared(),
                policy.name(),
                message,
                exception.isPresent() ? "" : observation.fix(),
                observation.nodes(),
                exception);
    }

    /** By rule, container and profile: the strictest action wins, the first policy by name on a tie. */
    private static void join(Finding finding, Map<Subject, Finding> joined) {
        if (finding.intended() != Action.IGNORE) {
            joined.merge(
                    Subject.of(finding),
                    finding,
                    (first, other) -> other.intended().compareTo(first.intended()) > 0 ? other : first);
        }
    }

    /**
     * What findings of several policies are joined by.
     *
     * @param rule the rule
     * @param path the container, or the pod level
     * @param declared the profile
     */
    record Subject(Rule rule, String path, String declared) {
        static Subject of(Finding finding) {
            return new Subject(finding.rule(), finding.path(), finding.declared());
        }
    }
}
