package dev.apparmoradmission.decision.rule;

import java.util.List;

/** All rules, in the order in which their findings are told: what makes the others pointless comes first. */
public final class Rules {

    /** The rules. */
    public static final List<RuleCheck> ALL = List.of(
            new ProfileInvalid(),
            new UnconfinedDeclared(),
            new PrivilegedUnconfined(),
            new LocalhostNotAllowed(),
            new LocalhostNotLoaded(),
            new LocalhostMode(),
            new AppArmorUnavailable(),
            new InventoryUnknown(),
            new NoEligibleNode(),
            new ProfileMissing(),
            new AnnotationMalformed(),
            new AnnotationDeprecated());

    private Rules() {}
}
