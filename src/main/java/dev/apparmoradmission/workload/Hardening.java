package dev.apparmoradmission.workload;

import java.util.Optional;

/**
 * What a security context restrains besides AppArmor; each part is absent where the manifest does not set it. The pod level
 * knows only the first two.
 *
 * @param runAsNonRoot {@code runAsNonRoot}
 * @param seccompType {@code seccompProfile.type}
 * @param dropsAllCapabilities whether {@code capabilities.drop} holds {@code ALL}
 * @param addsCapabilities whether {@code capabilities.add} holds anything but {@code NET_BIND_SERVICE}
 * @param allowPrivilegeEscalation {@code allowPrivilegeEscalation}
 * @param readOnlyRootFilesystem {@code readOnlyRootFilesystem}
 */
public record Hardening(
        Optional<Boolean> runAsNonRoot,
        Optional<String> seccompType,
        boolean dropsAllCapabilities,
        boolean addsCapabilities,
        Optional<Boolean> allowPrivilegeEscalation,
        boolean readOnlyRootFilesystem) {

    /** Nothing is set. */
    public static final Hardening NONE =
            new Hardening(Optional.empty(), Optional.empty(), false, false, Optional.empty(), false);
}
