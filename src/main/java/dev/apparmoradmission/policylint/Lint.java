package dev.apparmoradmission.policylint;

import java.util.Optional;

/** What is looked for, by the ids that reports use. */
enum Lint {
    POLICY_NEVER_MATCHES("policy-never-matches", Severity.ERROR, "A policy that no namespace can match"),
    POLICY_MATCHES_NOTHING(
            "policy-matches-nothing", Severity.WARNING, "A policy that no namespace of the cluster matches"),
    GLOB_MATCHES_NOTHING("glob-matches-nothing", Severity.WARNING, "A glob that matches nothing that is there"),
    GLOB_REDUNDANT("glob-redundant", Severity.NOTE, "A glob that another one of its list covers"),
    EXCLUDE_WITHOUT_EFFECT(
            "exclude-without-effect",
            Severity.WARNING,
            "An excludeNamespaces glob that takes out nothing that namespaces takes in"),
    RULE_WITHOUT_EFFECT(
            "rule-without-effect", Severity.NOTE, "A rule whose action the mode caps, so that it changes nothing"),
    DEFAULT_NOT_LOADED(
            "default-not-loaded", Severity.ERROR, "A default profile that no node holds in an accepted mode"),
    DEFAULT_NOT_ALLOWED(
            "default-not-allowed",
            Severity.ERROR,
            "A default profile that another policy for the same namespaces does not allow"),
    MODE_NOT_CONFINING("mode-not-confining", Severity.WARNING, "A mode in localhost.modes that confines nothing"),
    MAX_AGE_ABSENT("max-age-absent", Severity.NOTE, "No localhost.maxAge although the inventory tells its age"),
    EXCEPTIONS_UNDOCUMENTED(
            "exceptions-undocumented", Severity.WARNING, "Exceptions by annotation that need not even state a reason"),
    NO_GRANT("no-grant", Severity.NOTE, "A policy that reads grants, and none is for its namespaces"),
    DUPLICATE("duplicate", Severity.WARNING, "A policy or grant that says the same as another"),
    GRANT_WITHOUT_POLICY("grant-without-policy", Severity.WARNING, "A grant that no policy reads"),
    GRANT_NEVER_MATCHES("grant-never-matches", Severity.ERROR, "A grant that no pod can match"),
    GRANT_INCOMPLETE("grant-incomplete", Severity.ERROR, "A grant that lacks what a policy requires of it"),
    GRANT_TOO_LONG("grant-too-long", Severity.ERROR, "A grant that ends further ahead than a policy accepts"),
    GRANT_EXPIRED("grant-expired", Severity.ERROR, "A grant that is over"),
    GRANT_EXPIRES_SOON("grant-expires-soon", Severity.WARNING, "A grant that is about to end"),
    GRANT_NEVER_EXPIRES("grant-never-expires", Severity.NOTE, "A grant that never ends"),
    GRANT_UNUSED("grant-unused", Severity.WARNING, "A grant that no workload needs"),
    GRANT_BROADER_THAN_USED(
            "grant-broader-than-used", Severity.WARNING, "A grant that permits more than workloads need"),
    GRANT_ANY_NAMESPACE("grant-any-namespace", Severity.WARNING, "A grant for every namespace"),
    GRANT_ANY_CONTAINER("grant-any-container", Severity.WARNING, "A grant for every container"),
    GRANT_UNBOUND("grant-unbound", Severity.WARNING, "A grant that binds neither image nor service account nor labels"),
    GRANT_UNCLAIMED("grant-unclaimed", Severity.WARNING, "A wide grant that pods need not claim"),
    GRANT_WITHOUT_CONTROLS("grant-without-controls", Severity.NOTE, "A grant that asks nothing in return"),
    UNKNOWN_LINT("unknown-lint", Severity.WARNING, "An accepted finding of a kind that there is not");

    private final String id;
    private final Severity severity;
    private final String description;

    Lint(String id, Severity severity, String description) {
        this.id = id;
        this.severity = severity;
        this.description = description;
    }

    /** The id in reports. */
    String id() {
        return id;
    }

    /** How bad it is, as a rule. */
    Severity severity() {
        return severity;
    }

    /** What it is, one line. */
    String description() {
        return description;
    }

    /** The lint of that id; empty where there is none. */
    static Optional<Lint> find(String id) {
        for (Lint lint : values()) {
            if (lint.id.equals(id)) {
                return Optional.of(lint);
            }
        }
        return Optional.empty();
    }
}
