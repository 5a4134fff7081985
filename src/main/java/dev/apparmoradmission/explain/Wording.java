package dev.apparmoradmission.explain;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Derivation.DefaultStanding;
import dev.apparmoradmission.decision.Derivation.PolicyStanding;
import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.Barrier;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** How the steps of a decision are put into words, the same for people and programs. */
final class Wording {

    private Wording() {}

    /** Why a policy does not hold, or what its ceiling is where it does. */
    static String of(PolicyStanding standing) {
        if (standing.miss().isPresent()) {
            return switch (standing.miss().get()) {
                case NOT_NAMED -> "its namespaces do not have this one";
                case EXCLUDED -> "its excludeNamespaces have this one";
                case LABELS_DO_NOT_MATCH -> "its namespaceSelector does not match the namespace's labels";
            };
        }
        return standing.exempt()
                ? "its runtimeClassesNotApplicable have the pod's runtime class"
                : "mode " + standing.policy().mode().policyName();
    }

    /** What became of a default. */
    static String of(DefaultStanding standing) {
        String profile = Quoted.bare(standing.profile().declared());
        String whose = " (policy " + Quoted.bare(standing.policy()) + ")";
        return switch (standing.fate()) {
            case GIVEN -> profile + " for " + listed(standing.containers()) + whose;
            case NOT_NEEDED -> profile + ", not needed: every container has a profile" + whose;
            case WITHHELD_FOR_A_NODE ->
                profile + ", withheld: an eligible node has AppArmor off, and it would keep the pod from starting there"
                        + whose;
            case WITHHELD_FROM_AN_INVALID_POD ->
                profile + ", withheld: a part of the pod is invalid, which the API server shall say itself" + whose;
            case TOO_LATE -> profile + ", not written: the pod came without it, and is stored already" + whose;
            case NOT_APPLICABLE -> "none: AppArmor has no part in this pod";
        };
    }

    private static String listed(List<String> containers) {
        return (containers.size() == 1 ? "container " : "containers ")
                + containers.stream().map(Quoted::bare).collect(Collectors.joining(", "));
    }

    /** What keeps a pod off a node. */
    static String of(Barrier barrier) {
        if (barrier instanceof Barrier.RunsWindows) {
            return "runs Windows";
        } else if (barrier instanceof Barrier.BoundElsewhere bound) {
            return "the pod is bound to " + Quoted.bare(bound.nodeName());
        } else if (barrier instanceof Barrier.Untolerated untolerated) {
            return "taint " + Quoted.bare(untolerated.taint().written()) + " is not tolerated";
        } else if (barrier instanceof Barrier.OtherLabel label) {
            return "nodeSelector wants " + Quoted.bare(label.key() + "=" + label.wanted()) + ", the node has "
                    + label.found()
                            .map(value -> value.isEmpty() ? "it empty" : Quoted.bare(value))
                            .orElse("no such label");
        }
        int terms = ((Barrier.NoTermMatches) barrier).terms();
        return switch (terms) {
            case 0 -> "required node affinity has no term, which matches nothing";
            case 1 -> "required node affinity does not match";
            default -> "none of " + terms + " terms of required node affinity matches";
        };
    }

    /** What a node can do with a profile. */
    static String of(NodeAppArmor node) {
        int profiles = node.profiles().modes().size();
        return switch (node.state()) {
            case ENABLED -> "AppArmor on, " + profiles + (profiles == 1 ? " profile" : " profiles");
            case DISABLED -> "AppArmor off";
            case UNREPORTED -> "no inventory";
            case STALE -> "inventory too old";
            case REBOOTED -> "inventory from before its reboot";
            case REPLACED -> "inventory of an earlier node of that name";
        };
    }

    /** What a kernel does to a container. */
    static String of(Confinement confinement) {
        StringBuilder text = new StringBuilder(confinement.level().reportName());
        confinement
                .cause()
                .ifPresent(cause -> text.append(" (").append(cause.reportName()).append(')'));
        if (!confinement.profile().isEmpty()) {
            text.append(" by ").append(Quoted.bare(confinement.profile()));
            confinement
                    .mode()
                    .ifPresent(
                            mode -> text.append(" (").append(mode.kernelName()).append(')'));
        }
        return text.toString();
    }

    /** What the mutating door changes. */
    static String of(PatchOperation change) {
        if (change instanceof PatchOperation.AddProfile add) {
            return "adds " + Quoted.bare(add.profile().declared()) + " at " + change.pointer();
        } else if (change instanceof PatchOperation.RemoveAnnotation) {
            return "removes the empty annotation " + Quoted.bare(change.pointer());
        } else if (change instanceof PatchOperation.AddAffinity add) {
            return "keeps it to nodes with " + requirements(add.requirements());
        } else if (change instanceof PatchOperation.AddExpressions add) {
            return "keeps it to nodes with " + requirements(add.requirements());
        } else if (change instanceof PatchOperation.AppendExpression append) {
            return "keeps it to nodes with " + requirements(List.of(append.requirement()));
        }
        return "holds it back by the scheduling gate " + ((PatchOperation.AddGate) change).gate();
    }

    private static String requirements(Collection<Requirement> requirements) {
        return requirements.stream()
                .map(requirement -> Quoted.bare(requirement.key()) + " " + requirement.operator() + " ["
                        + requirement.values().stream().map(Quoted::bare).collect(Collectors.joining(", ")) + "]")
                .collect(Collectors.joining(" and "));
    }

    /** What became of an exception. */
    static String outcome(ExceptionStanding exception) {
        String faults = exception.faults().stream().map(ExceptionFault::text).collect(Collectors.joining(", "));
        String policy = "policy " + Quoted.bare(exception.policy());
        if (exception.need().isEmpty()) {
            return "nothing needs it" + (faults.isEmpty() ? "" : "; " + faults) + " (" + policy + ")";
        }
        String need = exception.need().get().rule().id() + ", " + policy;
        return (exception.isAccepted() ? "accepted" : "refused: " + faults) + " (" + need + ")";
    }

    /** When an exception ends, and how it came to be looked at. */
    static String term(ExceptionStanding exception) {
        String claim = exception.claimed() ? "claimed" : "not claimed, which it does not ask for";
        return claim
                + exception
                        .documentation()
                        .end()
                        .map(end -> ", ends at " + end.end())
                        .orElse(", without an end");
    }

    /** The compensating controls that an exception asks for, and whether the container has them. */
    static String controls(ExceptionStanding exception) {
        return exception.controls().stream()
                .map(control -> control + (exception.unmet().contains(control) ? " is lacking" : " is met"))
                .collect(Collectors.joining(", "));
    }

    /** Rules by their ids, in their order. */
    static List<String> ids(Collection<Rule> rules) {
        return rules.stream().sorted().map(Rule::id).toList();
    }
}
