package dev.apparmoradmission.e2e.scene;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Node object without a machine behind it. Unless it is said to be roomy it offers no room for pods, so that a scheduler
 * leaves them unbound.
 *
 * @param name also the value of its labels {@code host} and {@code kubernetes.io/hostname}
 * @param runtime as the kubelet reports it, such as {@code containerd://2.1.4}
 */
public record TestNode(
        String name, String os, String runtime, Map<String, String> labels, List<Taint> taints, boolean roomy) {
    /** By this label the nodes of a test are told from those of the cluster. */
    static final String MARK = "e2e.apparmor-admission.dev/test-node";

    /** The fixed world of the tables: a plain node with AppArmor. */
    public static final TestNode N1 = containerd("n1");

    /** Another one, with fewer profiles. */
    public static final TestNode N2 = containerd("n2");

    /** A node with AppArmor off, which only pods with a toleration can reach. */
    public static final TestNode N3 = containerd("n3").tainted("lsm", "selinux", "NoSchedule");

    /** A node with the other runtime, likewise apart. */
    public static final TestNode C1 =
            new TestNode("c1", "linux", "cri-o://1.35.0", Map.of(), List.of()).tainted("rt", "crio", "NoSchedule");

    /** A Windows node. */
    public static final TestNode W1 = new TestNode("w1", "windows", "containerd://2.1.4", Map.of(), List.of())
            .tainted("os", "windows", "NoSchedule");

    /** A node without room. */
    public TestNode(String name, String os, String runtime, Map<String, String> labels, List<Taint> taints) {
        this(name, os, runtime, labels, taints, false);
    }

    public TestNode {
        labels = Map.copyOf(labels);
        taints = List.copyOf(taints);
    }

    /** A Linux node with containerd and nothing special. */
    public static TestNode containerd(String name) {
        return new TestNode(name, "linux", "containerd://2.1.4", Map.of(), List.of());
    }

    /** The same node with one more taint. */
    public TestNode tainted(String key, String value, String effect) {
        List<Taint> more = new ArrayList<>(taints);
        more.add(new Taint(effect, key, null, value));
        return new TestNode(name, os, runtime, labels, more, roomy);
    }

    /** The same node with room for a hundred pods: a scheduler that finds no taint in the way binds them to it. */
    public TestNode withRoom() {
        return new TestNode(name, os, runtime, labels, taints, true);
    }

    /** The object to be created. */
    public Node object() {
        Map<String, String> all = new LinkedHashMap<>(labels);
        all.put("host", name);
        all.put("kubernetes.io/hostname", name);
        all.put("kubernetes.io/os", os);
        all.put(MARK, "true");
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(all)
                .endMetadata()
                .withNewSpec()
                .withTaints(taints)
                .endSpec()
                .withNewStatus()
                .withAllocatable(room())
                .withCapacity(room())
                .withNewNodeInfo()
                .withArchitecture("amd64")
                .withBootID("")
                .withContainerRuntimeVersion(runtime)
                .withKernelVersion("6.8.0")
                .withKubeProxyVersion("")
                .withKubeletVersion("v1.35.4")
                .withMachineID("")
                .withOperatingSystem(os)
                .withOsImage("")
                .withSystemUUID("")
                .endNodeInfo()
                .endStatus()
                .build();
    }

    private Map<String, Quantity> room() {
        return roomy
                ? Map.of("pods", new Quantity("100"), "cpu", new Quantity("8"), "memory", new Quantity("16Gi"))
                : Map.of();
    }
}
