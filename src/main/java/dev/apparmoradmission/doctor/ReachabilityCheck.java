package dev.apparmoradmission.doctor;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import java.util.List;
import java.util.Optional;

/**
 * Whether a request really gets to the webhook and back: pods were offered as dry runs, and what the API server said to them is
 * compared with what the policies say.
 */
final class ReachabilityCheck implements Check {

    private static final String TELLS = "whether the API server gets through to the webhook";

    private static final int LONGEST = 300;

    @Override
    public Area area() {
        return Area.REACHABILITY;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        if (facts.probes().isEmpty()) {
            sheet.unchecked(TELLS, facts.probesUnread());
            return;
        }
        for (Probe probe : facts.probes()) {
            judge(facts, probe, sheet);
        }
    }

    private static void judge(Facts facts, Probe probe, Sheet.Column sheet) {
        String subject = "dry run of a pod in namespace " + probe.namespace();
        if (probe.isForbiddenToCaller()) {
            sheet.unchecked(TELLS, "needs: create pods in namespace " + probe.namespace() + " (dry runs only)");
        } else if (probe.code() == 0) {
            sheet.unchecked(TELLS, probe.message());
        } else if (probe.message().contains("failed calling webhook")) {
            boolean ours = probe.message().contains(Shipped.SUFFIX);
            sheet.error(
                    ours ? "not-reached" : "another-not-reached",
                    subject,
                    (ours ? "the API server does not get through to the webhook" : "another webhook stops pods") + ": "
                            + Quoted.of(probe.message(), LONGEST),
                    ours
                            ? Fix.kubectl(
                                    facts.namespace(),
                                    "get endpointslices,pods -l app.kubernetes.io/name=apparmor-admission -o wide")
                            : "kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations");
        } else if (probe.kind() == Probe.Kind.UNCONFINED) {
            unconfined(facts, probe, subject, sheet);
        } else {
            silent(facts, probe, subject, sheet);
        }
    }

    private static void unconfined(Facts facts, Probe probe, String subject, Sheet.Column sheet) {
        boolean denied = probe.message().contains(Shipped.SUFFIX + "\" denied");
        if (denied) {
            return;
        }
        Optional<Action> expected = expected(facts, probe);
        if (!probe.isTaken()) {
            sheet.unchecked(
                    TELLS,
                    "the pod that wants to be unconfined was refused by others: "
                            + Quoted.of(probe.message(), LONGEST));
        } else if (expected.isEmpty()) {
            sheet.unchecked(
                    TELLS, "the policies could not be read, or hold nothing for namespace " + probe.namespace());
        } else if (expected.get() == Action.ENFORCE) {
            sheet.error(
                    "not-asked",
                    subject,
                    "a pod that wants to be unconfined was admitted, although the policies deny it: the API server does not ask"
                            + " the webhook, or goes on without its answer",
                    "kubectl get validatingwebhookconfiguration apparmor-admission -o yaml");
        } else if (expected.get() == Action.WARN
                && probe.warnings().stream().noneMatch(text -> text.contains("unconfined"))) {
            sheet.error(
                    "not-asked",
                    subject,
                    "a pod that wants to be unconfined was admitted without the warning that the policies ask for: the API"
                            + " server does not ask the webhook, or goes on without its answer",
                    "kubectl get validatingwebhookconfiguration apparmor-admission -o yaml");
        } else if (expected.get() != Action.WARN) {
            sheet.unchecked(
                    TELLS,
                    "the policies only record in namespace " + probe.namespace()
                            + ", so that nothing shows; see apparmor_admission_decisions_total");
        }
    }

    private static void silent(Facts facts, Probe probe, String subject, Sheet.Column sheet) {
        if (!probe.isTaken() || facts.setup().isDryRun()) {
            // What is refused, and by whom, the other pod tells as well.
            return;
        }
        boolean defaulted = policies(facts).stream()
                .flatMap(set -> matching(facts, set, probe).stream())
                .filter(policy -> policy.mode() == Action.ENFORCE)
                .map(policy -> policy.defaultProfile())
                // Otherwise nodes decide whether it is given.
                .filter(usual -> usual.onUnsupportedNode() != AppArmorPolicy.OnUnsupportedNode.SKIP)
                .anyMatch(usual -> !(usual.profile() instanceof Profile.Undeclared));
        if (defaulted && probe.profile().isEmpty()) {
            sheet.error(
                    "not-defaulted",
                    subject,
                    "a pod that says nothing came back without the default profile of the policies: the API server does not ask"
                            + " the mutating webhook, or goes on without its answer",
                    "kubectl get mutatingwebhookconfiguration apparmor-admission -o yaml");
        }
    }

    /** What ought to happen to an unconfined pod there; empty where it is not known. */
    private static Optional<Action> expected(Facts facts, Probe probe) {
        return policies(facts)
                .flatMap(set -> matching(facts, set, probe).stream()
                        .map(policy -> policy.action(Rule.UNCONFINED))
                        .map(action -> facts.setup().isDryRun() ? Action.AUDIT : action)
                        .reduce(ReachabilityCheck::stricter));
    }

    private static Action stricter(Action one, Action other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static List<AppArmorPolicy> matching(Facts facts, PolicySet set, Probe probe) {
        return set.matching(probe.namespace(), PolicyFacts.namespaces(facts));
    }

    private static Optional<PolicySet> policies(Facts facts) {
        return PolicyFacts.set(facts);
    }
}
