package dev.apparmoradmission.policy;

import java.util.Optional;

/** The rules, by the ids that policies, reports and metrics use, with the action that each has unless a policy says otherwise. */
public enum Rule {
    /** A value that cannot be read, or that the API server itself refuses; policies cannot set its action. */
    PROFILE_INVALID("profile-invalid", Action.ENFORCE, false),
    /** {@code Unconfined} is declared. */
    UNCONFINED("unconfined", Action.ENFORCE, true),
    /** A privileged container on which the eligible nodes' runtimes apply no profile. */
    PRIVILEGED("privileged", Action.WARN, true),
    /** The name is not one that may be used. */
    LOCALHOST_NOT_ALLOWED("localhost-not-allowed", Action.ENFORCE, true),
    /** The named profile is not loaded where it must be. */
    LOCALHOST_NOT_LOADED("localhost-not-loaded", Action.ENFORCE, true),
    /** The profile is loaded, in a mode that is not accepted. */
    LOCALHOST_MODE("localhost-mode", Action.ENFORCE, true),
    /** A profile is required and an eligible node has AppArmor off. */
    APPARMOR_UNAVAILABLE("apparmor-unavailable", Action.ENFORCE, true),
    /** A Localhost profile is used and an eligible node has no believable inventory. */
    INVENTORY_UNKNOWN("inventory-unknown", Action.ENFORCE, true),
    /** A Localhost profile is used and no known node can take the pod. */
    NO_ELIGIBLE_NODE("no-eligible-node", Action.WARN, true),
    /** A container still has no declared profile. */
    PROFILE_MISSING("profile-missing", Action.WARN, true),
    /** A beta annotation that has no, or a surprising, effect. */
    ANNOTATION_MALFORMED("annotation-malformed", Action.ENFORCE, true),
    /** The beta annotation is the only source of the profile. */
    ANNOTATION_DEPRECATED("annotation-deprecated", Action.WARN, true),
    /** An exception is claimed that cannot be accepted. */
    EXCEPTION_INVALID("exception-invalid", Action.ENFORCE, true);

    private final String id;
    private final Action builtIn;
    private final boolean configurable;

    Rule(String id, Action builtIn, boolean configurable) {
        this.id = id;
        this.builtIn = builtIn;
        this.configurable = configurable;
    }

    /** The id in policies, reports and metrics. */
    public String id() {
        return id;
    }

    /** The action unless a policy says otherwise. */
    public Action builtIn() {
        return builtIn;
    }

    /** Whether a policy's {@code rules} may name it. */
    public boolean configurable() {
        return configurable;
    }

    /** The rule of that id; empty where there is none. */
    public static Optional<Rule> find(String id) {
        for (Rule rule : values()) {
            if (rule.id.equals(id)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }
}
