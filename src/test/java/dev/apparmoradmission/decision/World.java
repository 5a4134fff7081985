package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.RequiredPart;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The world in which the numbered tables play: two containerd nodes that every pod may use (n1 with many profiles, n2 with
 * one), and behind taints a node with AppArmor off (n3), one with CRI-O (c1) and one with Windows (w1).
 */
public final class World {

    /** The instant at which tests decide. */
    public static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, NodeInventory> inventories = new LinkedHashMap<>();

    /** An empty world. */
    public World() {}

    /** The fixed world. */
    public static World fixed() {
        return new World()
                .node(
                        "n1",
                        ContainerRuntime.CONTAINERD,
                        List.of(),
                        "k8s-web (enforce)",
                        "k8s-db (enforce)",
                        "learn (complain)",
                        "chrome (unconfined)",
                        "MongoDB Compass (unconfined)",
                        "my prof (enforce)",
                        "web//hat (enforce)",
                        "killer (kill)")
                .node("n2", ContainerRuntime.CONTAINERD, List.of(), "k8s-web (enforce)")
                .nodeWithoutAppArmor("n3", List.of(new Taint("lsm", "selinux", "NoSchedule")))
                .node("c1", ContainerRuntime.CRI_O, List.of(new Taint("rt", "crio", "NoSchedule")), "k8s-web (enforce)")
                .windowsNode("w1", List.of(new Taint("os", "windows", "NoSchedule")));
    }

    /** Adds a node with these lines of the kernel's list. */
    public World node(String name, ContainerRuntime runtime, List<Taint> taints, String... lines) {
        nodes.put(name, linux(name, runtime, taints));
        return inventory(name, ProfileList.parse(List.of(lines)).profiles());
    }

    /** Adds, or replaces, what a node reported. */
    public World inventory(String node, ProfileList profiles) {
        inventories.put(node, new NodeInventory(true, Optional.empty(), NodeIdentity.UNKNOWN, profiles));
        return this;
    }

    /** Adds, or replaces, what a node reported at an instant. */
    public World inventory(String node, ProfileList profiles, Instant observedAt) {
        inventories.put(node, new NodeInventory(true, Optional.of(observedAt), NodeIdentity.UNKNOWN, profiles));
        return this;
    }

    /** Takes a node's report away. */
    public World withoutInventory(String node) {
        inventories.remove(node);
        return this;
    }

    /** Adds a node with AppArmor off. */
    public World nodeWithoutAppArmor(String name, List<Taint> taints) {
        nodes.put(name, linux(name, ContainerRuntime.CONTAINERD, taints));
        inventories.put(name, new NodeInventory(false, Optional.empty(), NodeIdentity.UNKNOWN, ProfileList.EMPTY));
        return this;
    }

    private World windowsNode(String name, List<Taint> taints) {
        Map<String, String> labels = Map.of("host", name, "kubernetes.io/os", "windows");
        nodes.put(name, new Node(name, labels, taints, ContainerRuntime.CONTAINERD, NodeIdentity.UNKNOWN));
        return this;
    }

    private static Node linux(String name, ContainerRuntime runtime, List<Taint> taints) {
        Map<String, String> labels = Map.of("host", name, "kubernetes.io/os", "linux", Node.HOSTNAME_LABEL, name);
        return new Node(name, labels, taints, runtime, NodeIdentity.UNKNOWN);
    }

    /** All nodes. */
    public ClusterNodes cluster() {
        return ClusterNodes.of(nodes.values(), inventories, true, TransientTaints.WELL_KNOWN);
    }

    /** All nodes, the last one first. */
    public ClusterNodes reversed() {
        List<Node> backwards = new ArrayList<>();
        nodes.values().forEach(node -> backwards.add(0, node));
        return ClusterNodes.of(backwards, inventories, true, TransientTaints.WELL_KNOWN);
    }

    /** This world under these policies. */
    public Snapshot under(AppArmorPolicy... policies) {
        return new Snapshot(PolicySet.of(List.of(policies), List.of(), "hash"), cluster(), Namespaces.UNKNOWN, false);
    }

    /** This world under one policy, with grants. */
    public Snapshot withGrants(AppArmorPolicy policy, AppArmorException... grants) {
        return new Snapshot(
                PolicySet.of(List.of(policy), List.of(grants), "hash"), cluster(), Namespaces.UNKNOWN, false);
    }

    /** The strict policy of the tables: what {@code policies/restricted.yaml} says. */
    public static AppArmorPolicy strict() {
        return policy("restricted", Map.of(Rule.PRIVILEGED, Action.ENFORCE), LocalhostTerms.USUAL);
    }

    /** A policy like the strict one but for its name, rules and terms for Localhost profiles. */
    public static AppArmorPolicy policy(String name, Map<Rule, Action> rules, LocalhostTerms localhost) {
        return new AppArmorPolicy(
                name,
                Action.ENFORCE,
                new Match(
                        List.of(new Glob("*")),
                        List.of(new Glob("kube-system"), new Glob("kube-node-lease")),
                        LabelSelector.EVERYTHING,
                        Set.of()),
                new DefaultProfile(Profile.RuntimeDefault.SHARED, OnUnsupportedNode.DENY),
                rules,
                localhost,
                new ExceptionTerms(ExceptionSource.ANNOTATION, Set.of(RequiredPart.REASON), Optional.of(365), Set.of()),
                Action.WARN);
    }

    /** A decision about a manifest, as the file door takes it. */
    public static Decision review(Workload workload, Snapshot snapshot) {
        return Decider.decide(workload, Operation.Review.SHARED, snapshot, NOW);
    }

    /** A decision about a pod that anybody creates. */
    public static Decision create(Workload workload, Snapshot snapshot) {
        return Decider.decide(workload, new Operation.Create(Requester.ANYONE), snapshot, NOW);
    }
}
