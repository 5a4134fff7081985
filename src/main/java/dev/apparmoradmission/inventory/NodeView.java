package dev.apparmoradmission.inventory;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.wire.NodeNotes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One node as the command sees it.
 *
 * @param name its name
 * @param pool the nodes that it ought to equal
 * @param standing how it stands
 * @param runtime its container runtime, told or betrayed
 * @param inventory what it reported, believed or not
 * @param notes what it told people beside
 * @param differences in what it differs from its pool; empty unless its list is believed
 * @param age how long ago its list was read; negative where its clock is ahead; absent where it does not tell
 */
public record NodeView(
        String name,
        String pool,
        Standing standing,
        ContainerRuntime runtime,
        Optional<NodeInventory> inventory,
        NodeNotes notes,
        List<Difference> differences,
        Optional<Duration> age) {

    /** The list that it reported last, believed or not; empty where it reported none. */
    Optional<ProfileList> reported() {
        return inventory.filter(NodeInventory::enabled).map(NodeInventory::profiles);
    }

    /** When its list was read, where it tells so in a way that makes sense. */
    Optional<Instant> observedAt() {
        // The reader marks what it cannot read so.
        return inventory.flatMap(NodeInventory::observedAt).filter(at -> !at.equals(Instant.EPOCH));
    }
}
