package dev.apparmoradmission.bench;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Clusters of a given size: three tainted control planes, the rest workers in three zones. */
public final class Cluster {

    /** In enforce mode on every node. */
    static final String LOADED = "k8s-web";

    /** In enforce mode on every node but the last three. */
    static final String PARTIAL = "k8s-canary";

    private Cluster() {}

    /** How much the nodes' sets of profiles have in common. */
    public enum Sets {
        /** All the same, but for one profile that three nodes lack: two kinds of node, and the control planes. */
        SHARED,
        /** No two alike: each node has a profile of its own. */
        DIFFERENT
    }

    /** A cluster of so many nodes, with so many profiles each. */
    public static ClusterNodes of(int count, int profiles, Sets sets) {
        List<Node> nodes = new ArrayList<>(count);
        Map<String, NodeInventory> inventories = new HashMap<>();
        Map<String, ProfileMode> common = profiles(profiles - 1);
        for (int i = 0; i < count; i++) {
            Node node = node(i);
            nodes.add(node);
            Map<String, ProfileMode> own = new HashMap<>(common);
            if (sets == Sets.DIFFERENT) {
                own.put("only-on-" + node.name(), ProfileMode.ENFORCE);
            }
            if (i < count - 3) {
                own.put(PARTIAL, ProfileMode.ENFORCE);
            }
            inventories.put(
                    node.name(), new NodeInventory(true, Optional.empty(), NodeIdentity.UNKNOWN, ProfileList.of(own)));
        }
        return ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
    }

    static Node node(int number) {
        String name = "node-%05d".formatted(number);
        Map<String, String> labels = new HashMap<>(Map.of(
                Node.HOSTNAME_LABEL,
                name,
                "kubernetes.io/os",
                "linux",
                "kubernetes.io/arch",
                "amd64",
                "topology.kubernetes.io/region",
                "eu-central-1",
                "topology.kubernetes.io/zone",
                "eu-central-1" + "abc".charAt(number % 3),
                "node.kubernetes.io/instance-type",
                "m6i.xlarge"));
        List<Taint> taints = List.of();
        if (number < 3) {
            labels.put("node-role.kubernetes.io/control-plane", "");
            taints = List.of(new Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule"));
        }
        return new Node(name, labels, taints, ContainerRuntime.CONTAINERD, NodeIdentity.UNKNOWN);
    }

    /** The profile with this number, on every node that has so many; of four, one is in complain mode. */
    static String application(int number) {
        return "k8s-app-%04d".formatted(number);
    }

    private static Map<String, ProfileMode> profiles(int count) {
        Map<String, ProfileMode> profiles = new HashMap<>();
        profiles.put(ContainerRuntime.CONTAINERD.defaultProfile(), ProfileMode.ENFORCE);
        profiles.put(LOADED, ProfileMode.ENFORCE);
        for (int i = profiles.size(); i < count; i++) {
            profiles.put(application(i), i % 4 == 0 ? ProfileMode.COMPLAIN : ProfileMode.ENFORCE);
        }
        return profiles;
    }
}
