package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Nodes with labels, and a Kubernetes API in which they can be written. */
final class Fleet {

    private record Labelled(Map<String, String> labels, NodeIdentity identity) {}

    private final Map<String, Labelled> nodes = new LinkedHashMap<>();
    private final Map<String, NodeInventory> inventories = new HashMap<>();

    static LocalhostTerms terms(Placement placement, Optional<Duration> maxAge, String... allowed) {
        return new LocalhostTerms(
                List.of(allowed).stream().map(Glob::new).toList(),
                true,
                Set.of(ProfileMode.ENFORCE, ProfileMode.KILL),
                maxAge,
                placement);
    }

    static AppArmorPolicy policy(Placement placement, String... allowed) {
        return World.policy("p-" + placement, Map.of(), terms(placement, Optional.empty(), allowed));
    }

    static PolicySet policies(AppArmorPolicy... policies) {
        return PolicySet.of(List.of(policies), List.of(), "hash");
    }

    static PlacementNeeds needs(AppArmorPolicy... policies) {
        return PlacementNeeds.of(policies(policies));
    }

    /** A node with these labels, whose uid is {@code uid-} and its name. */
    Fleet node(String name, Map<String, String> labels) {
        nodes.put(name, new Labelled(new HashMap<>(labels), identity("uid-" + name, "boot-1")));
        return this;
    }

    static NodeIdentity identity(String uid, String boot) {
        return new NodeIdentity(Optional.of(uid), Optional.of(boot));
    }

    Fleet holds(String node, String... lines) {
        return reported(node, new NodeInventory(true, Optional.empty(), NodeIdentity.UNKNOWN, list(lines)));
    }

    Fleet holds(String node, Instant observedAt, String... lines) {
        return reported(node, new NodeInventory(true, Optional.of(observedAt), NodeIdentity.UNKNOWN, list(lines)));
    }

    Fleet reported(String node, NodeInventory inventory) {
        inventories.put(node, inventory);
        return this;
    }

    static ProfileList list(String... lines) {
        return ProfileList.parse(List.of(lines)).profiles();
    }

    Fleet gone(String node) {
        nodes.remove(node);
        return this;
    }

    Map<String, String> labels(String node) {
        Labelled found = nodes.get(node);
        return found == null ? Map.of() : found.labels();
    }

    /** Carries a change out, as the API server does. */
    void apply(LabelPlan.Change change) {
        change.labels()
                .forEach((key, value) -> value.ifPresentOrElse(
                        text -> labels(change.node()).put(key, text),
                        () -> labels(change.node()).remove(key)));
    }

    ClusterNodes cluster() {
        List<Node> all = nodes.entrySet().stream()
                .map(entry -> new Node(
                        entry.getKey(),
                        entry.getValue().labels(),
                        List.of(),
                        ContainerRuntime.CONTAINERD,
                        entry.getValue().identity()))
                .toList();
        return ClusterNodes.of(all, inventories, true, TransientTaints.WELL_KNOWN);
    }
}
