package dev.apparmoradmission.policy;

import java.util.Optional;

/** What follows from a finding, from mild to strict. */
public enum Action {
    /** Nothing, not even a record. Not called {@code Off}, which YAML 1.1 reads as false. */
    IGNORE("Ignore"),
    /** Allowed; audit annotations, metrics, log and reports show it. */
    AUDIT("Audit"),
    /** Allowed, with a warning to the user. */
    WARN("Warn"),
    /** Denied. */
    ENFORCE("Enforce");

    private final String policyName;

    Action(String policyName) {
        this.policyName = policyName;
    }

    /** The name in policy files and reports. */
    public String policyName() {
        return policyName;
    }

    /** The milder of this and a ceiling. */
    public Action cappedAt(Action ceiling) {
        return compareTo(ceiling) <= 0 ? this : ceiling;
    }

    /** The action of that name; empty where there is none. */
    public static Optional<Action> find(String name) {
        for (Action action : values()) {
            if (action.policyName.equals(name)) {
                return Optional.of(action);
            }
        }
        return Optional.empty();
    }
}
