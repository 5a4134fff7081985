package dev.apparmoradmission.node;

import java.util.Optional;

/**
 * Which machine, and which boot of it, a name stands for: profiles live in a kernel's memory, so a list says nothing of the
 * same node after a reboot, nor of another machine that joined under its name.
 *
 * @param uid the Node object's {@code metadata.uid}, where known
 * @param bootId {@code status.nodeInfo.bootID}, which is {@code /proc/sys/kernel/random/boot_id}, where known
 */
public record NodeIdentity(Optional<String> uid, Optional<String> bootId) {

    /** Nothing is known that could contradict. */
    public static final NodeIdentity UNKNOWN = new NodeIdentity(Optional.empty(), Optional.empty());

    /** Whether both name a Node object, and not the same one. */
    boolean isOtherNodeThan(NodeIdentity other) {
        return differ(uid, other.uid);
    }

    /** Whether both name a boot, and not the same one. */
    boolean isOtherBootThan(NodeIdentity other) {
        return differ(bootId, other.bootId);
    }

    private static boolean differ(Optional<String> one, Optional<String> other) {
        return one.isPresent() && other.isPresent() && !one.get().equalsIgnoreCase(other.get());
    }
}
