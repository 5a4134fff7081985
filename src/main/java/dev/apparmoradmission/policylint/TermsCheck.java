package dev.apparmoradmission.policylint;

import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.profile.ProfileMode;

/** Actions, modes, ages and exceptions of a policy. */
final class TermsCheck implements Check {

    @Override
    public void examine(Facts facts, Findings findings) {
        for (Placed<AppArmorPolicy> policy : facts.policies()) {
            rules(policy, findings);
            modes(policy, findings);
            age(policy, facts, findings);
            exceptions(policy, facts, findings);
        }
    }

    /** A note: it shows what will hold once the mode is raised. */
    private static void rules(Placed<AppArmorPolicy> policy, Findings findings) {
        Action mode = policy.value().mode();
        policy.value().rules().forEach((rule, action) -> {
            Action builtIn = rule.builtIn().cappedAt(mode);
            if (action != rule.builtIn() && action.cappedAt(mode) == builtIn) {
                findings.add(
                        Lint.RULE_WITHOUT_EFFECT,
                        policy,
                        "spec.rules." + rule.id(),
                        "mode " + mode.policyName() + " caps " + action.policyName() + " at " + builtIn.policyName()
                                + ", which holds without this line as well",
                        "raise the mode, or take the line out");
            }
        });
    }

    private static void modes(Placed<AppArmorPolicy> policy, Findings findings) {
        for (ProfileMode mode : policy.value().localhost().modes().stream()
                .sorted()
                .filter(mode -> !mode.restrains())
                .toList()) {
            findings.add(
                    Lint.MODE_NOT_CONFINING,
                    mode == ProfileMode.UNCONFINED ? Severity.WARNING : Severity.NOTE,
                    policy,
                    "spec.localhost.modes",
                    mode == ProfileMode.COMPLAIN
                            ? "a profile in mode complain only logs, and counts as confined here"
                            : "a profile in mode " + mode.kernelName()
                                    + " confines nothing by itself, and counts as confined here",
                    "leave the mode out, and excuse by exceptions the pods that need it");
        }
    }

    private static void age(Placed<AppArmorPolicy> policy, Facts facts, Findings findings) {
        boolean tellsAge = facts.nodes().members().stream()
                .map(Member::inventory)
                .anyMatch(inventory ->
                        inventory.flatMap(list -> list.observedAt()).isPresent());
        if (tellsAge && policy.value().localhost().maxAge().isEmpty()) {
            findings.add(
                    Lint.MAX_AGE_ABSENT,
                    policy,
                    "spec.localhost",
                    "the inventory tells when it was observed, and is believed however long ago that was",
                    "set localhost.maxAge, to 24h for example");
        }
    }

    private static void exceptions(Placed<AppArmorPolicy> policy, Facts facts, Findings findings) {
        AppArmorPolicy value = policy.value();
        if (value.exceptions().source() == ExceptionSource.ANNOTATION
                && value.exceptions().require().isEmpty()) {
            findings.add(
                    Lint.EXCEPTIONS_UNDOCUMENTED,
                    policy,
                    "spec.exceptions.require",
                    "whoever writes a pod can excuse it, and need not say why",
                    "require a reason at least");
        }
        if (value.exceptions().source() == ExceptionSource.GRANT
                && facts.grants().stream()
                        .map(Placed::value)
                        .map(AppArmorException::namespaces)
                        .noneMatch(namespaces -> facts.mayShare(value.match(), namespaces))) {
            findings.add(
                    Lint.NO_GRANT,
                    policy,
                    "spec.exceptions.source",
                    "exceptions come from grants only, and no grant is for its namespaces",
                    "nothing, where nobody is to be excused; else add the grants to the policies");
        }
    }
}
