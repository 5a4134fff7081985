package dev.apparmoradmission.policy;

import java.util.Optional;

/** A compensating control that a container must show itself where an exception is to be accepted. */
public enum Control {
    /** A seccomp profile other than Unconfined, on the container or the pod. */
    SECCOMP_PROFILE("SeccompProfile"),
    /** All capabilities dropped, and none added but {@code NET_BIND_SERVICE}. */
    DROP_ALL_CAPABILITIES("DropAllCapabilities"),
    /** {@code runAsNonRoot: true}, on the container or the pod. */
    RUN_AS_NON_ROOT("RunAsNonRoot"),
    /** {@code allowPrivilegeEscalation: false}. */
    NO_PRIVILEGE_ESCALATION("NoPrivilegeEscalation"),
    /** {@code readOnlyRootFilesystem: true}. */
    READ_ONLY_ROOT_FILESYSTEM("ReadOnlyRootFilesystem");

    private final String policyName;

    Control(String policyName) {
        this.policyName = policyName;
    }

    /** The name in policy files. */
    public String policyName() {
        return policyName;
    }

    /** The control of that name; empty where there is none. */
    public static Optional<Control> find(String name) {
        for (Control control : values()) {
            if (control.policyName.equals(name)) {
                return Optional.of(control);
            }
        }
        return Optional.empty();
    }
}
