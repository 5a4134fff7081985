package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileList;
import java.util.List;

/** A named default profile must be loaded somewhere, and be allowed by all policies that see the pods that are given it. */
final class DefaultCheck implements Check {

    private static final String FIELD = "spec.defaultProfile.localhostProfile";

    @Override
    public void examine(Facts facts, Findings findings) {
        for (Placed<AppArmorPolicy> policy : facts.policies()) {
            if (policy.value().defaultProfile().profile() instanceof Profile.Localhost localhost) {
                loaded(policy, localhost.name(), facts, findings);
                allowed(policy, localhost.name(), facts, findings);
            }
        }
    }

    private static void loaded(Placed<AppArmorPolicy> policy, String name, Facts facts, Findings findings) {
        List<ProfileList> lists = facts.profileLists();
        boolean accepted = lists.stream()
                .anyMatch(list -> list.mode(name)
                        .filter(policy.value().localhost().modes()::contains)
                        .isPresent());
        if (!lists.isEmpty() && !accepted) {
            boolean anywhere = lists.stream().anyMatch(list -> list.mode(name).isPresent());
            findings.add(
                    Lint.DEFAULT_NOT_LOADED,
                    policy,
                    FIELD,
                    anywhere
                            ? Quoted.of(name) + " is loaded, but nowhere in a mode that localhost.modes accepts"
                            : Quoted.of(name) + " is loaded on no node that reports",
                    "load it first: every pod that says nothing will be given it");
        }
    }

    private static void allowed(Placed<AppArmorPolicy> policy, String name, Facts facts, Findings findings) {
        for (Placed<AppArmorPolicy> other : facts.policies()) {
            Match match = other.value().match();
            if (!other.equals(policy)
                    && !Glob.any(other.value().localhost().allowed(), name)
                    && facts.mayShare(match, policy.value().match().namespaces())) {
                findings.add(
                        Lint.DEFAULT_NOT_ALLOWED,
                        policy,
                        FIELD,
                        "policy " + Quoted.of(other.value().name()) + " may hold for the same pods, and its"
                                + " localhost.allowed lacks " + Quoted.of(name),
                        "allow it there, or take these namespaces out of one of the two");
            }
        }
    }
}
