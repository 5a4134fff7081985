package dev.apparmoradmission.policylint;

import java.util.List;

/** Looks for some of the lints. */
interface Check {

    /** All of them. */
    List<Check> ALL = List.of(
            new MatchCheck(),
            new GlobCheck(),
            new TermsCheck(),
            new DefaultCheck(),
            new DuplicateCheck(),
            new GrantCheck(),
            new GrantScopeCheck(),
            new UsageCheck());

    /** Adds what it finds. */
    void examine(Facts facts, Findings findings);
}
