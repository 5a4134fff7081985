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
        STALE
    }

    /** What is known of a node with this inventory. */
    public static NodeAppArmor of(Node node, NodeInventory inventory) {
        ContainerRuntime runtime = node.runtime() == ContainerRuntime.UNKNOWN
                ? ContainerRuntime.betrayedBy(inventory.profiles())
                : node.runtime();
        return inventory.enabled()
                ? new NodeAppArmor(runtime, State.ENABLED, inventory.profiles())
                : new NodeAppArmor(runtime, State.DISABLED, ProfileList.EMPTY);
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
        return state == State.UNREPORTED || state == State.STALE;
    }
}
