package dev.apparmoradmission.e2e.page;

import dev.apparmoradmission.e2e.page.Snapshot.Container;
import dev.apparmoradmission.e2e.page.Snapshot.Maker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A cluster such as there are many. */
final class SampleCluster {

    private static final String DEFAULT = "RuntimeDefault";
    private static final String UNCONFINED = "Unconfined";

    private static final List<String> PROFILES = List.of(
            "k8s-web",
            "k8s-api",
            "k8s-worker",
            "k8s-ledger",
            "k8s-postgres",
            "k8s-redis",
            "k8s-kafka",
            "k8s-envoy",
            "k8s-nginx",
            "k8s-train");

    private static final String SHOP = "\"shop-*\", payments, search";

    private SampleCluster() {}

    static String[] nodes(String prefix, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> prefix + "%02d".formatted(i))
                .toArray(String[]::new);
    }

    /** What a node's kernel holds: the runtime's profile, those of ours, and those of the distribution. */
    private static String[] list(String observedAt, String except, String complaining) {
        List<String> lines = new ArrayList<>(
                List.of("# apparmor: enabled", "# observed-at: " + observedAt, "cri-containerd.apparmor.d (enforce)"));
        PROFILES.stream()
                .filter(name -> !name.equals(except))
                .forEach(name -> lines.add(name + (name.equals(complaining) ? " (complain)" : " (enforce)")));
        for (String name : List.of(
                "/usr/bin/man",
                "man_filter",
                "man_groff",
                "/usr/sbin/chronyd",
                "/usr/sbin/tcpdump",
                "/usr/lib/snapd/snap-confine",
                "lsb_release",
                "nvidia_modprobe",
                "nvidia_modprobe//kmod",
                "/usr/bin/evince",
                "/usr/bin/evince//sanitized_helper",
                "/usr/sbin/ntpd",
                "/usr/sbin/sshd",
                "rsyslogd",
                "unix-chkpwd",
                "ubuntu_pro_apt_news",
                "ubuntu_pro_esm_cache",
                "/usr/sbin/cups-browsed",
                "/usr/sbin/cupsd",
                "docker-default",
                "busybox",
                "crun",
                "runc",
                "podman",
                "slirp4netns",
                "fusermount3",
                "toybox",
                "vpnns",
                "wpcom")) {
            lines.add(name + (List.of("docker-default", "busybox").contains(name) ? " (unconfined)" : " (enforce)"));
        }
        return lines.toArray(String[]::new);
    }

    /** Twelve namespaces, twenty nodes of a few kinds, forty profiles, and what is wrong in such a cluster. */
    static Snapshot make() {
        Snapshot cluster = new Snapshot()
                .policy(
                        "platform.yaml",
                        Policies.policy("platform", "Enforce", "\"*\"", "kube-system, " + SHOP, "Grant"))
                .policy("shop.yaml", Policies.policy("shop", "Enforce", SHOP, "kube-system", "Annotation"))
                .policy(
                        "grant-exporter.yaml",
                        Policies.grant(
                                "node-exporter",
                                "monitoring",
                                "reads the processes of the host through /proc",
                                "team-observability",
                                "SEC-123",
                                "2027-03-01"))
                .policy(
                        "grant-profiler.yaml",
                        Policies.grant(
                                "continuous-profiler",
                                "profiling",
                                "perf events need what every profile of ours forbids",
                                "team-performance",
                                "SEC-207",
                                "2026-12-04"))
                .policy(
                        "grant-csi.yaml",
                        Policies.grant(
                                "csi-driver",
                                "storage",
                                "mounts volumes of all pods of its node",
                                "team-storage",
                                "SEC-88",
                                ""))
                .policy(
                        "grant-migration.yaml",
                        Policies.grant(
                                "billing-migration",
                                "legacy-billing",
                                "the importer loads kernel modules; until the move to the new ledger",
                                "team-billing",
                                "SEC-151",
                                "2026-10-31"))
                .policy(
                        "grant-unused.yaml",
                        Policies.grant(
                                "load-test",
                                "load-test",
                                "load generators of the summer sale",
                                "team-shop",
                                "SEC-190",
                                "2027-01-15"));
        for (String node : nodes("worker-", 1, 12)) {
            cluster.node(node, list("2026-11-22T18:5" + node.charAt(node.length() - 1) + ":00Z", "k8s-train", ""));
        }
        for (String node : nodes("gpu-", 1, 5)) {
            cluster.node(node, list("2026-11-22T18:41:00Z", "", ""));
        }
        cluster.node("worker-13", list("2026-11-22T18:52:00Z", "k8s-ledger", "k8s-worker"))
                .node("worker-14", list("2026-11-20T06:10:00Z", "", ""))
                .node("edge-01", "# apparmor: disabled");
        String[] workers = nodes("worker-", 1, 12);
        String[] all = nodes("worker-", 1, 13);
        String[] gpus = nodes("gpu-", 1, 5);
        return cluster.pods(
                        24,
                        new Maker(
                                "shop-web",
                                "ReplicaSet",
                                "storefront-6c9d7f5b88",
                                40,
                                Container.of("app", "Localhost/k8s-web"),
                                Container.of("envoy", "Localhost/k8s-envoy")),
                        workers)
                .pods(
                        6,
                        new Maker(
                                "shop-web",
                                "ReplicaSet",
                                "assets-5f7c8d9b64",
                                40,
                                Container.of("nginx", "Localhost/k8s-nginx")),
                        workers)
                .pods(
                        12,
                        new Maker(
                                "shop-api",
                                "ReplicaSet",
                                "cart-7d6f9c8b5d",
                                12,
                                Container.of("app", "Localhost/k8s-api")),
                        workers)
                .pods(
                        13,
                        new Maker(
                                "shop-api",
                                "ReplicaSet",
                                "orders-58b7d4c9f6",
                                9,
                                Container.of("app", "Localhost/k8s-worker"),
                                Container.of("envoy", "Localhost/k8s-envoy")),
                        all)
                .pods(
                        4,
                        new Maker(
                                "payments",
                                "StatefulSet",
                                "ledger",
                                120,
                                Container.of("ledger", "Localhost/k8s-ledger")),
                        "worker-02",
                        "worker-05",
                        "worker-09",
                        "worker-13")
                .pods(
                        3,
                        new Maker(
                                "payments",
                                "StatefulSet",
                                "ledger-db",
                                120,
                                Container.of("postgres", "Localhost/k8s-postgres")),
                        workers)
                .pods(
                        1,
                        new Maker("payments", "Job", "reconcile-29402880", 0, Container.of("reconcile", UNCONFINED))
                                .claiming(Map.of(
                                        "unconfined",
                                        "reconcile",
                                        "reason",
                                        "traces a race in the importer",
                                        "owner",
                                        "team-payments",
                                        "ticket",
                                        "PAY-4411",
                                        "expires",
                                        "2026-11-25")),
                        "worker-03")
                .pods(9, new Maker("search", "StatefulSet", "index", 65, Container.of("search", DEFAULT)), workers)
                .pods(
                        2,
                        new Maker("search", "ReplicaSet", "reindex-6b8f7d5c9c", 3, Container.of("reindex", UNCONFINED))
                                .claiming(Map.of(
                                        "unconfined",
                                        "reindex",
                                        "reason",
                                        "needs io_uring until the profile allows it",
                                        "owner",
                                        "team-search",
                                        "expires",
                                        "2026-11-14")),
                        workers)
                .pods(
                        5,
                        new Maker(
                                "ml-training",
                                "ReplicaSet",
                                "trainer-84d5b6f7c9",
                                20,
                                Container.of("train", "Localhost/k8s-train")),
                        gpus)
                .pods(
                        3,
                        new Maker("ml-training", "ReplicaSet", "notebook-7c5d8b9f66", 18, Container.of("notebook", "")),
                        gpus)
                .pods(
                        20,
                        new Maker(
                                "monitoring", "DaemonSet", "node-exporter", 200, Container.of("exporter", UNCONFINED)),
                        concat(all, gpus, "worker-14", "edge-01"))
                .pods(
                        2,
                        new Maker(
                                "monitoring",
                                "StatefulSet",
                                "prometheus",
                                200,
                                Container.of("prometheus", DEFAULT),
                                Container.of("reloader", DEFAULT)),
                        workers)
                .pods(
                        18,
                        new Maker("profiling", "DaemonSet", "profiler", 75, new Container("agent", UNCONFINED, true)),
                        concat(all, gpus))
                .pods(
                        19,
                        new Maker(
                                "storage",
                                "DaemonSet",
                                "csi-node",
                                160,
                                new Container("driver", UNCONFINED, true),
                                Container.of("registrar", DEFAULT)),
                        concat(all, gpus, "worker-14"))
                .pods(
                        4,
                        new Maker(
                                "legacy-billing",
                                "ReplicaSet",
                                "importer-5d8c7b9f4f",
                                170,
                                new Container("importer", UNCONFINED, true)),
                        workers)
                .pods(
                        2,
                        new Maker(
                                "legacy-billing",
                                "ReplicaSet",
                                "invoices-6f5b8c7d99",
                                170,
                                Container.of("invoices", "Localhost/k8s-wroker")),
                        workers)
                .pods(
                        3,
                        new Maker("edge", "ReplicaSet", "gateway-59c8d7b6f5", 30, Container.of("gateway", DEFAULT)),
                        "edge-01",
                        "worker-14",
                        "worker-04")
                .pods(
                        6,
                        new Maker(
                                "messaging", "StatefulSet", "kafka", 90, Container.of("kafka", "Localhost/k8s-kafka")),
                        workers)
                .pods(
                        3,
                        new Maker(
                                "messaging", "StatefulSet", "redis", 90, Container.of("redis", "Localhost/k8s-redis")),
                        workers)
                .pods(
                        19,
                        new Maker("kube-system", "DaemonSet", "kube-proxy", 210, new Container("kube-proxy", "", true)),
                        concat(all, gpus, "worker-14"))
                .pods(
                        2,
                        new Maker(
                                "kube-system",
                                "ReplicaSet",
                                "coredns-7d764666f9",
                                210,
                                Container.of("coredns", DEFAULT)),
                        workers)
                .template(
                        "deployments",
                        new Maker(
                                "legacy-billing",
                                "Deployment",
                                "importer",
                                170,
                                new Container("importer", UNCONFINED, true)))
                .template(
                        "deployments",
                        new Maker("shop-web", "Deployment", "storefront", 40, Container.of("app", "Localhost/k8s-web")))
                .template(
                        "deployments",
                        new Maker("shop-api", "Deployment", "orders", 40, Container.of("app", "Localhost/k8s-worker")));
    }

    private static String[] concat(String[] some, String[] others, String... more) {
        List<String> all = new ArrayList<>(List.of(some));
        all.addAll(List.of(others));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
