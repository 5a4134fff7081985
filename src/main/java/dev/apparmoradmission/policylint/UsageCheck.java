package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.policylint.Usage.Use;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Grants beside what workloads use them for. */
final class UsageCheck implements Check {

    /** A proposal is no use unless it is whole; image references have at most some 500 characters. */
    private static final int LONGEST = 600;

    /** Proposals name no more; a longer list is no proposal any more. */
    private static final int MOST_NAMED = 20;

    @Override
    public void examine(Facts facts, Findings findings) {
        facts.usage().ifPresent(usage -> {
            for (Placed<AppArmorException> grant : facts.grants()) {
                Set<Use> uses = usage.of(grant.value().name());
                if (!uses.isEmpty()) {
                    new Comparison(grant, uses, findings).examine(facts.namespaceNames());
                } else if (couldBeUsed(grant.value(), facts)) {
                    findings.add(
                            Lint.GRANT_UNUSED,
                            grant,
                            "metadata.name",
                            usage.workloads() == 1
                                    ? "the one workload that was looked at does not need it"
                                    : "none of the " + usage.workloads() + " workloads that were looked at needs it",
                            "remove it");
                }
            }
        });
    }

    /** One that is over, or that no policy reads, is told of as that. */
    private static boolean couldBeUsed(AppArmorException grant, Facts facts) {
        boolean over = grant.documentation()
                .expires()
                .flatMap(Expiry::parse)
                .filter(expiry -> expiry.hasPassed(facts.now()))
                .isPresent();
        return !over
                && !facts.readers(grant).isEmpty()
                && grant.podSelector().contradiction().isEmpty();
    }

    private record Comparison(Placed<AppArmorException> grant, Set<Use> uses, Findings findings) {

        void examine(Set<String> knownNamespaces) {
            permits();
            namespaces(knownNamespaces);
            containers();
            unusedGlobs("images", grant.value().images(), used(Use::image));
            accounts();
        }

        private Set<String> used(Function<Use, String> part) {
            return uses.stream()
                    .map(part)
                    .filter(text -> !text.isEmpty())
                    .collect(Collectors.toCollection(TreeSet::new));
        }

        private void permits() {
            Set<String> used = used(use -> use.rule().id());
            List<String> unneeded = grant.value().permits().stream()
                    .map(Rule::id)
                    .filter(rule -> !used.contains(rule))
                    .sorted()
                    .toList();
            if (!unneeded.isEmpty()) {
                broader("permits", "no workload needs " + String.join(", ", unneeded), used);
            }
        }

        private void namespaces(Set<String> known) {
            Set<String> used = used(Use::namespace);
            List<Glob> globs = grant.value().namespaces();
            unusedGlobs("namespaces", globs, used);
            for (Glob glob : globs) {
                Set<String> covered =
                        known.stream().filter(glob::matches).collect(Collectors.toCollection(TreeSet::new));
                long usedThere = used.stream().filter(glob::matches).count();
                boolean wide = known.isEmpty() ? glob.isUniversal() : !glob.isLiteral() && covered.size() > usedThere;
                if (usedThere > 0 && wide) {
                    String covers = known.isEmpty() ? "every namespace" : covered.size() + " namespaces";
                    broader(
                            "namespaces",
                            Quoted.of(glob.pattern()) + " takes in " + covers + ", and it is used in " + usedThere,
                            used);
                }
            }
        }

        /** A finding at the pod level needs the glob {@code *}. */
        private void containers() {
            Set<String> used = used(Use::container);
            List<Glob> globs = grant.value().containers();
            boolean podLevel = uses.stream().anyMatch(use -> use.container().isEmpty());
            unusedGlobs(
                    "containers",
                    globs.stream().filter(glob -> !glob.isUniversal()).toList(),
                    used);
            if (!podLevel && globs.stream().anyMatch(Glob::isUniversal)) {
                broader("containers", "it holds for every container, and the pod level does not need it", used);
            }
        }

        private void accounts() {
            Set<String> used = used(Use::serviceAccount);
            List<String> unneeded = grant.value().serviceAccounts().stream()
                    .filter(account -> !used.contains(account))
                    .sorted()
                    .toList();
            if (!unneeded.isEmpty()) {
                broader("serviceAccounts", "no workload that needs it runs as " + quoted(unneeded), used);
            }
        }

        private void unusedGlobs(String field, List<Glob> globs, Set<String> used) {
            List<String> unused = globs.stream()
                    .filter(glob -> used.stream().noneMatch(glob::matches))
                    .map(Glob::pattern)
                    .toList();
            if (!unused.isEmpty()) {
                broader(field, "no workload needs it for " + quoted(unused), used);
            }
        }

        private void broader(String field, String message, Collection<String> used) {
            String proposal = used.isEmpty() || used.size() > MOST_NAMED
                    ? "remove what is not used"
                    : "all that is used is " + field + ": [" + quoted(used) + "]";
            findings.add(Lint.GRANT_BROADER_THAN_USED, grant, "spec." + field, message, proposal);
        }

        private static String quoted(Collection<String> texts) {
            return texts.stream().map(text -> Quoted.of(text, LONGEST)).collect(Collectors.joining(", "));
        }
    }
}
