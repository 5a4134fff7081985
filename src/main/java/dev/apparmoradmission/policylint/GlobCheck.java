package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.profile.ProfileList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Globs that nothing that is there matches, and those that another one of their list covers. */
final class GlobCheck implements Check {

    private static final String CORRECT = "correct or remove it";

    @Override
    public void examine(Facts facts, Findings findings) {
        Set<String> namespaces = facts.namespaceNames();
        List<ProfileList> lists = facts.profileLists();
        Set<String> profiles = new TreeSet<>();
        lists.forEach(list -> profiles.addAll(list.modes().keySet()));
        String reporting =
                lists.size() == 1 ? "the one node that reports" : "the " + lists.size() + " nodes that report";
        for (Placed<AppArmorPolicy> policy : facts.policies()) {
            Match match = policy.value().match();
            List<Glob> allowed = policy.value().localhost().allowed();
            unmatched(
                    match.namespaces(),
                    namespaces,
                    policy,
                    "spec.match.namespaces",
                    "no namespace is named so",
                    findings);
            excluded(match, namespaces, policy, findings);
            if (!lists.isEmpty()) {
                unmatched(
                        allowed,
                        profiles,
                        policy,
                        "spec.localhost.allowed",
                        "no profile on " + reporting + " is named so",
                        findings);
            }
            redundant(match.namespaces(), policy, "spec.match.namespaces", findings);
            redundant(match.excludeNamespaces(), policy, "spec.match.excludeNamespaces", findings);
            redundant(allowed, policy, "spec.localhost.allowed", findings);
        }
        for (Placed<AppArmorException> grant : facts.grants()) {
            AppArmorException value = grant.value();
            unmatched(value.namespaces(), namespaces, grant, "spec.namespaces", "no namespace is named so", findings);
            redundant(value.namespaces(), grant, "spec.namespaces", findings);
            redundant(value.containers(), grant, "spec.containers", findings);
            redundant(value.images(), grant, "spec.images", findings);
        }
    }

    /** Where no name is known, nothing can be said of them. */
    private static void unmatched(
            List<Glob> globs, Set<String> names, Placed<?> subject, String field, String message, Findings findings) {
        for (int i = 0; i < globs.size(); i++) {
            Glob glob = globs.get(i);
            if (!names.isEmpty() && names.stream().noneMatch(glob::matches)) {
                findings.add(
                        Lint.GLOB_MATCHES_NOTHING,
                        subject,
                        field + "[" + i + "]",
                        Quoted.of(glob.pattern()) + ": " + message,
                        CORRECT);
            }
        }
    }

    /** Only a note: what is left out often is what only some clusters have. */
    private static void excluded(Match match, Set<String> names, Placed<?> policy, Findings findings) {
        List<Glob> globs = match.excludeNamespaces();
        for (int i = 0; i < globs.size(); i++) {
            Glob glob = globs.get(i);
            boolean overlaps = match.namespaces().stream().anyMatch(glob::overlaps);
            if (overlaps && !names.isEmpty() && names.stream().noneMatch(glob::matches)) {
                findings.add(
                        Lint.GLOB_MATCHES_NOTHING,
                        Severity.NOTE,
                        policy,
                        "spec.match.excludeNamespaces[" + i + "]",
                        Quoted.of(glob.pattern()) + ": no namespace is named so",
                        CORRECT);
            }
        }
    }

    private static void redundant(List<Glob> globs, Placed<?> subject, String field, Findings findings) {
        for (int i = 0; i < globs.size(); i++) {
            for (int j = 0; j < globs.size(); j++) {
                Glob glob = globs.get(i);
                Glob other = globs.get(j);
                // Of two that cover each other the first one stays.
                if (i != j && other.covers(glob) && (j < i || !glob.covers(other))) {
                    findings.add(
                            Lint.GLOB_REDUNDANT,
                            subject,
                            field + "[" + i + "]",
                            Quoted.of(glob.pattern()) + " is covered by " + Quoted.of(other.pattern()) + " beside it",
                            "remove the one that is not meant");
                    break;
                }
            }
        }
    }
}
