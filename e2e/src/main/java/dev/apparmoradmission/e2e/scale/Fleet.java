package dev.apparmoradmission.e2e.scale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * The nodes of a big cluster, as objects: pools of one kind each, Node objects of the size that kubelets make them (most of it
 * images), and lists of profiles as an Ubuntu 24.04 has them, with those of the workloads of its pool. One node in a hundred
 * differs from its pool, and one pool has AppArmor off. The same on every run but for uids and times.
 */
final class Fleet {
    /** A profile that comes and goes while a rollout is simulated. */
    static final String ROLLOUT = "k8s-rollout (enforce)";
    /** A profile that every worker with AppArmor has. */
    static final String COMMON = "k8s-common";

    private static final int IMAGES = 40;

    /** @param workloads how many workload profiles its nodes hold; zero for a pool without AppArmor */
    private record Pool(String name, int share, int workloads, String instance) {}

    private static final List<Pool> POOLS = List.of(
            new Pool("general", 50, 40, "m6i.2xlarge"),
            new Pool("web", 20, 20, "c6i.2xlarge"),
            new Pool("batch", 15, 5, "m6i.4xlarge"),
            new Pool("data", 8, 30, "r6i.4xlarge"),
            new Pool("gpu", 5, 12, "g5.2xlarge"),
            new Pool("legacy", 2, 0, "m4.xlarge"));

    private final int size;
    private final List<String> system;

    Fleet(int size) {
        this.size = size;
        this.system = system();
    }

    private static List<String> system() {
        try (InputStream list = Fleet.class.getResourceAsStream("/scale/ubuntu-24.04-profiles.txt")) {
            if (list == null) {
                throw new IllegalStateException("the list of profiles is not on the class path");
            }
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    int size() {
        return size;
    }

    static String name(int number) {
        return String.format(
                Locale.ROOT,
                "ip-10-%d-%d-%d.eu-central-1.compute.internal",
                number >> 16,
                number >> 8 & 255,
                number & 255);
    }

    private static Pool pool(int number) {
        int place = number % 100;
        for (Pool pool : POOLS) {
            place -= pool.share();
            if (place < 0) {
                return pool;
            }
        }
        throw new IllegalStateException("the shares do not make a hundred");
    }

    /** Whether the node has AppArmor. */
    static boolean hasAppArmor(int number) {
        return pool(number).workloads() > 0;
    }

    /** How many different lists there are at rest, at least: one a pool, and those of the nodes that differ. */
    int differingNodes() {
        return size / 100;
    }

    /** A node's list as its agent publishes it, with these lines besides. */
    String list(int number, String bootId, Instant observedAt, List<String> more) {
        Pool pool = pool(number);
        StringBuilder list = new StringBuilder();
        list.append("# apparmor: ")
                .append(pool.workloads() > 0 ? "enabled" : "disabled")
                .append('\n');
        list.append("# observed-at: ").append(observedAt).append('\n');
        list.append("# boot-id: ").append(bootId).append('\n');
        list.append("# kernel: 6.8.0-31-generic\n");
        if (pool.workloads() == 0) {
            return list.toString();
        }
        List<String> lines = new ArrayList<>(system);
        lines.add(COMMON + " (enforce)");
        for (int i = 0; i < pool.workloads(); i++) {
            lines.add("k8s-" + pool.name() + "-" + i + (i % 8 == 7 ? " (complain)" : " (enforce)"));
        }
        if (number % 100 == 42) {
            // The one in a hundred: a profile of its own, and one that should be there is not.
            lines.remove(lines.size() - 1);
            lines.add("local-" + number + " (unconfined)");
        }
        lines.addAll(more);
        lines.forEach(line -> list.append(line).append('\n'));
        return list.toString();
    }

    /** The inventory ConfigMap of a node. */
    static ObjectNode configMap(String node, String uid, String list) {
        ObjectNode map = Manifest.parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: apparmor-inventory-%1$s
                  labels: {apparmor-admission.dev/inventory: "true"}
                  ownerReferences: [{apiVersion: v1, kind: Node, name: %1$s, uid: %2$s}]
                """.formatted(node, uid));
        map.putObject("data").put(node, list);
        return map;
    }

    /** The Node object. */
    ObjectNode node(int number, String mark) {
        String name = name(number);
        Pool pool = pool(number);
        Instant now = Instant.now();
        ObjectNode node = Manifest.parse("""
                apiVersion: v1
                kind: Node
                metadata:
                  name: %1$s
                  labels:
                    beta.kubernetes.io/arch: amd64
                    beta.kubernetes.io/instance-type: %2$s
                    beta.kubernetes.io/os: linux
                    eks.amazonaws.com/capacityType: ON_DEMAND
                    eks.amazonaws.com/nodegroup: %3$s
                    eks.amazonaws.com/nodegroup-image: ami-0a1b2c3d4e5f67890
                    failure-domain.beta.kubernetes.io/region: eu-central-1
                    failure-domain.beta.kubernetes.io/zone: eu-central-1%4$s
                    k8s.io/cloud-provider-aws: 0123456789abcdef0123456789abcdef
                    kubernetes.io/arch: amd64
                    kubernetes.io/hostname: %1$s
                    kubernetes.io/os: linux
                    node.kubernetes.io/instance-type: %2$s
                    topology.ebs.csi.aws.com/zone: eu-central-1%4$s
                    topology.kubernetes.io/region: eu-central-1
                    topology.kubernetes.io/zone: eu-central-1%4$s
                    topology.k8s.aws/zone-id: euc1-az%5$d
                    pool: %3$s
                    %6$s: "true"
                  annotations:
                    alpha.kubernetes.io/provided-node-ip: 10.0.0.1
                    csi.volume.kubernetes.io/nodeid: '{"ebs.csi.aws.com":"i-0a1b2c3d4e5f67890"}'
                    node.alpha.kubernetes.io/ttl: "0"
                    volumes.kubernetes.io/controller-managed-attach-detach: "true"
                spec:
                  podCIDR: 10.244.0.0/24
                  providerID: aws:///eu-central-1%4$s/i-%5$017d
                  taints: %7$s
                status:
                  addresses: [{type: InternalIP, address: 10.0.0.1}, {type: Hostname, address: %1$s}]
                  capacity: {cpu: "8", memory: 32386544Ki, pods: "110", ephemeral-storage: 83873772Ki, hugepages-1Gi: "0", hugepages-2Mi: "0"}
                  allocatable: {cpu: 7910m, memory: 31370736Ki, pods: "0", ephemeral-storage: 76224326324, hugepages-1Gi: "0", hugepages-2Mi: "0"}
                """.formatted(
                name,
                pool.instance(),
                pool.name(),
                (char) ('a' + number % 3),
                number,
                mark,
                pool.name().equals("gpu") ? "[{key: nvidia.com/gpu, value: present, effect: NoSchedule}]" : "[]"));
        ObjectNode status = node.withObjectProperty("status");
        for (String[] condition : new String[][] {
            {"MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
            {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
            {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
            {"Ready", "True", "KubeletReady", "kubelet is posting ready status. AppArmor enabled"}
        }) {
            status.withArray("conditions")
                    .addObject()
                    .put("type", condition[0])
                    .put("status", condition[1])
                    .put("reason", condition[2])
                    .put("message", condition[3])
                    .put(
                            "lastHeartbeatTime",
                            now.truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
                                    .toString())
                    .put("lastTransitionTime", "2026-01-01T00:00:00Z");
        }
        Random random = new Random(number % 20);
        for (int i = 0; i < IMAGES; i++) {
            String image =
                    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team-" + random.nextInt(40) + "/service-" + i;
            ObjectNode entry = status.withArray("images").addObject();
            entry.putArray("names")
                    .add(image + "@sha256:"
                            + String.format(Locale.ROOT, "%016x", random.nextLong())
                                    .repeat(4))
                    .add(image + ":v1." + random.nextInt(99));
            entry.put("sizeBytes", 10_000_000L + random.nextInt(500_000_000));
        }
        status.putObject("nodeInfo")
                .put("architecture", "amd64")
                .put("bootID", bootId(number))
                .put("containerRuntimeVersion", "containerd://2.1.4")
                .put("kernelVersion", "6.8.0-31-generic")
                .put("kubeProxyVersion", "")
                .put("kubeletVersion", "v1.35.4")
                .put("machineID", uuid("machine", number).replace("-", ""))
                .put("operatingSystem", "linux")
                .put("osImage", "Ubuntu 24.04.3 LTS")
                .put("systemUUID", uuid("system", number));
        return node;
    }

    /** The id of the boot that a node runs in. */
    static String bootId(int number) {
        return uuid("boot", number);
    }

    private static String uuid(String what, int number) {
        return UUID.nameUUIDFromBytes((what + number).getBytes(StandardCharsets.US_ASCII))
                .toString();
    }
}
