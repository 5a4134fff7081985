package dev.apparmoradmission.inventory;

import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.wire.Suggestion;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where one profile is.
 *
 * @param profile its name
 * @param nodes all nodes on which it could be
 * @param meant the name that was probably meant, where no node holds this one
 */
record Whereabouts(String profile, List<NodeView> nodes, Optional<String> meant) {

    /** Longer names are not compared with what was asked for: the work grows with the length. */
    private static final int LONGEST = 96;

    /** What a node says of the profile. */
    enum Presence {
        /** Loaded, in a mode that restrains. */
        ENFORCED,
        /** Loaded, in a mode that does not. */
        WEAK,
        MISSING,
        /** AppArmor is off. */
        OFF,
        UNKNOWN
    }

    /** Copies the list. */
    Whereabouts {
        nodes = List.copyOf(nodes);
    }

    static Whereabouts of(String profile, Fleet fleet) {
        List<NodeView> nodes = fleet.nodes().stream()
                .filter(node -> node.standing() != Standing.WINDOWS)
                .toList();
        boolean somewhere = nodes.stream()
                .flatMap(node -> node.reported().stream())
                .anyMatch(list -> list.mode(profile).isPresent());
        if (somewhere) {
            return new Whereabouts(profile, nodes, Optional.empty());
        }
        Set<String> names = new HashSet<>();
        nodes.stream()
                .flatMap(node -> node.reported().stream())
                .distinct()
                .forEach(list -> list.modes().keySet().stream()
                        .filter(name -> name.length() <= LONGEST)
                        .forEach(names::add));
        return new Whereabouts(profile, nodes, Suggestion.nearest(profile, names));
    }

    Presence presence(NodeView node) {
        if (node.standing().isUnknown()) {
            return Presence.UNKNOWN;
        }
        if (node.standing() == Standing.DISABLED) {
            return Presence.OFF;
        }
        return mode(node)
                .map(mode -> mode.restrains() ? Presence.ENFORCED : Presence.WEAK)
                .orElse(Presence.MISSING);
    }

    /** The mode in the node's last list, believed or not. */
    Optional<ProfileMode> mode(NodeView node) {
        return node.inventory()
                .filter(NodeInventory::enabled)
                .flatMap(inventory -> inventory.profiles().mode(profile));
    }

    /** The hash of its content there, where the agent tells it. */
    Optional<String> content(NodeView node) {
        return Optional.ofNullable(node.notes().contents().get(profile));
    }

    List<NodeView> with(Presence presence) {
        return nodes.stream().filter(node -> presence(node) == presence).toList();
    }

    /** Whether it is loaded and restrains on each node; never where there is no node. */
    boolean isEverywhere() {
        return !nodes.isEmpty() && nodes.stream().allMatch(node -> presence(node) == Presence.ENFORCED);
    }
}
