package dev.apparmoradmission.decision.rule;

/** One rule. */
public interface RuleCheck {

    /** Looks at the workload and records what it sees. */
    void examine(Examination examination);
}
