package dev.apparmoradmission.policylint;

import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.Glob;

/**
 * Grants that are wide by what they say. Namespaces and containers are judged by it only where no workload is known that would
 * tell what is needed.
 */
final class GrantScopeCheck implements Check {

    @Override
    public void examine(Facts facts, Findings findings) {
        for (Placed<AppArmorException> grant : facts.grants()) {
            AppArmorException value = grant.value();
            boolean everywhere = value.namespaces().stream().anyMatch(Glob::isUniversal);
            boolean unbound = value.podSelector().isEverything()
                    && value.serviceAccounts().isEmpty()
                    && (value.images().isEmpty() || value.images().stream().anyMatch(Glob::isUniversal));
            if (facts.usage().isEmpty()) {
                wide(grant, everywhere, findings);
            }
            if (unbound) {
                findings.add(
                        Lint.GRANT_UNBOUND,
                        grant,
                        "spec",
                        "whoever may make a pod in its namespaces can use it: it binds no image, service account or label",
                        "bind it by images or serviceAccounts");
            }
            if (!value.claimRequired() && (everywhere || unbound)) {
                findings.add(
                        Lint.GRANT_UNCLAIMED,
                        grant,
                        "spec.claim",
                        "pods are excused by it without knowing, for it is wide and need not be claimed",
                        "take claim: Required, or narrow it");
            }
            controls(grant, facts, findings);
        }
    }

    private static void wide(Placed<AppArmorException> grant, boolean everywhere, Findings findings) {
        if (everywhere) {
            findings.add(
                    Lint.GRANT_ANY_NAMESPACE,
                    grant,
                    "spec.namespaces",
                    "it holds in every namespace",
                    "name the namespaces that need it");
        }
        if (grant.value().containers().stream().anyMatch(Glob::isUniversal)) {
            findings.add(
                    Lint.GRANT_ANY_CONTAINER,
                    grant,
                    "spec.containers",
                    "it holds for every container, sidecars included",
                    "name the containers that need it; only a pod-level Unconfined needs \"*\"");
        }
    }

    private static void controls(Placed<AppArmorException> grant, Facts facts, Findings findings) {
        boolean asked = facts.readers(grant.value()).stream()
                .anyMatch(reader -> !reader.exceptions().controls().isEmpty());
        if (grant.value().controls().isEmpty() && !asked) {
            findings.add(
                    Lint.GRANT_WITHOUT_CONTROLS,
                    grant,
                    "spec.controls",
                    "the container need show nothing in return",
                    "ask for compensating controls, SeccompProfile for example");
        }
    }
}
