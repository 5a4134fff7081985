package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.Namespaces;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether a policy holds anywhere, and whether all that it leaves out would be in it. */
final class MatchCheck implements Check {

    private static final String NAMESPACES = "spec.match.namespaces";
    private static final String EXCLUDED = "spec.match.excludeNamespaces";
    private static final String SELECTOR = "spec.match.namespaceSelector";
    private static final String ENFORCES_NOTHING = "correct it, or remove the policy: as it is, it enforces nothing";

    @Override
    public void examine(Facts facts, Findings findings) {
        for (Placed<AppArmorPolicy> policy : facts.policies()) {
            Match match = policy.value().match();
            if (neverMatches(policy, findings)) {
                continue;
            }
            Set<String> known = facts.namespaceNames();
            if (!known.isEmpty() && known.stream().noneMatch(name -> match.includes(name, facts.namespaces()))) {
                findings.add(
                        Lint.POLICY_MATCHES_NOTHING,
                        policy,
                        "spec.match",
                        known.size() == 1
                                ? "the one namespace that there is does not match"
                                : "none of the " + known.size() + " namespaces matches",
                        "correct match, or label the namespaces that are meant");
            }
            excluded(policy, findings);
        }
    }

    private static boolean neverMatches(Placed<AppArmorPolicy> policy, Findings findings) {
        Match match = policy.value().match();
        LabelSelector selector = match.namespaceSelector();
        Optional<String> contradiction = selector.contradiction();
        if (contradiction.isPresent()) {
            return never(
                    policy,
                    findings,
                    SELECTOR,
                    "namespaceSelector asks of label " + Quoted.of(contradiction.get()) + " what cannot be at once");
        }
        if (match.namespaces().stream()
                .allMatch(glob -> match.excludeNamespaces().stream().anyMatch(excluded -> excluded.covers(glob)))) {
            return never(policy, findings, EXCLUDED, "excludeNamespaces takes out all that namespaces takes in");
        }
        if (selector.asks(Namespaces.NAME_LABEL, LabelSelector.Operator.DOES_NOT_EXIST)) {
            return never(
                    policy,
                    findings,
                    SELECTOR,
                    "every namespace has the label " + Namespaces.NAME_LABEL + ", and namespaceSelector asks for none");
        }
        Optional<Set<String>> names = selector.values(Namespaces.NAME_LABEL);
        if (names.isPresent()
                && names.get().stream()
                        .noneMatch(name ->
                                Glob.any(match.namespaces(), name) && !Glob.any(match.excludeNamespaces(), name))) {
            return never(
                    policy,
                    findings,
                    SELECTOR,
                    "no namespace that namespaceSelector names is in namespaces without excludeNamespaces");
        }
        return false;
    }

    private static boolean never(Placed<AppArmorPolicy> policy, Findings findings, String field, String message) {
        findings.add(Lint.POLICY_NEVER_MATCHES, policy, field, message, ENFORCES_NOTHING);
        return true;
    }

    private static void excluded(Placed<AppArmorPolicy> policy, Findings findings) {
        Match match = policy.value().match();
        List<Glob> excluded = match.excludeNamespaces();
        for (int i = 0; i < excluded.size(); i++) {
            Glob glob = excluded.get(i);
            if (match.namespaces().stream().noneMatch(glob::overlaps)) {
                findings.add(
                        Lint.EXCLUDE_WITHOUT_EFFECT,
                        policy,
                        EXCLUDED + "[" + i + "]",
                        Quoted.of(glob.pattern()) + " takes out nothing: no glob of " + NAMESPACES.replace("spec.", "")
                                + " takes such a namespace in",
                        "remove it, or correct one of the two");
            }
        }
    }
}
