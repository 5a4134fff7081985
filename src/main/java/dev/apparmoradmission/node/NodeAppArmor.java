package dev.apparmoradmission.node;

import dev.apparmoradmission.profile.ProfileList;

/**
 * What a node can do with a declared profile: the part of a node on which confinement depends. Many nodes share one value.
 *
 * @param runtime the container runtime
 * @param state whether AppArmor is on there, as far as it is known
 * @param profiles what its kernel holds; empty unless the state is {@link State#ENABLED}
 */
public record NodeAppArmor(ContainerRuntime runtime, State state, ProfileList profiles) {

    /** Whether AppArmor is on. */
    public enum State {
        /** On, and the list of profiles is known. */
        ENABLED,
        /** Off, or the runtime cannot use it. */
        DISABLED,
        /** The node has no inventory. */
        UNREPORTED,
        /** The node's inventory is too old to be believed. */
        STALE,
        /** The node's inventory was read before its last reboot, which no profile survives by itself. */
        REBOOTED,
        /** The node's inventory is of an earlier node of the same name. */
        REPLACED
    }

    /**
     * What is known of a node with this inventory. A report that AppArmor is off is believed whatever its age, boot and node:
     * hoping that it has come on would let a pod start there unconfined.
     */
    public static NodeAppArmor of(Node node, NodeInventory inventory) {
        ContainerRuntime runtime = node.runtime() == ContainerRuntime.UNKNOWN
                ? ContainerRuntime.betrayedBy(inventory.profiles())
                : node.runtime();
        State state = state(node, inventory);
        return new NodeAppArmor(runtime, state, state == State.ENABLED ? inventory.profiles() : ProfileList.EMPTY);
    }

    private static State state(Node node, NodeInventory inventory) {
        if (!inventory.enabled()) {
            return State.DISABLED;
        }
        if (inventory.observedOn().isOtherNodeThan(node.identity())) {
            return State.REPLACED;
        }
        return inventory.observedOn().isOtherBootThan(node.identity()) ? State.REBOOTED : State.ENABLED;
    }

    /** A node without inventory. */
    public static NodeAppArmor unreported(Node node) {
        return new NodeAppArmor(node.runtime(), State.UNREPORTED, ProfileList.EMPTY);
    }

    /** The same node once its list has gone stale. */
    public NodeAppArmor stale() {
        return new NodeAppArmor(runtime, State.STALE, ProfileList.EMPTY);
    }

    /** Whether nothing can be said of the node. */
    public boolean isUnknown() {
        return state != State.ENABLED && state != State.DISABLED;
    }
}
