package dev.apparmoradmission.e2e.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.e2e.page.Snapshot.Container;
import dev.apparmoradmission.e2e.page.Snapshot.Maker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Clusters that ask much of a page. */
final class ExtremeClusters {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEFAULT = "RuntimeDefault";
    private static final String UNCONFINED = "Unconfined";

    private ExtremeClusters() {}

    /**
     * As many workloads as a page has to bear, three in four of which have something against them, on nodes of many kinds.
     *
     * @param each how many pods a controller has
     */
    static Snapshot large(int pods, int each) {
        Snapshot cluster = new Snapshot()
                .policy("strict.yaml", Policies.policy("strict", "Enforce", "\"*\"", "kube-system", "Annotation"));
        String[] nodes = SampleCluster.nodes("node-", 1, 99);
        for (int n = 0; n < nodes.length; n++) {
            List<String> lines = new ArrayList<>(List.of("cri-containerd.apparmor.d (enforce)"));
            for (int p = 0; p < 200; p++) {
                if ((p + n % 12) % 17 != 0) {
                    lines.add("k8s-service-" + p + ((p + n % 9) % 23 == 0 ? " (complain)" : " (enforce)"));
                }
            }
            cluster.node(nodes[n], lines.toArray(String[]::new));
        }
        for (int i = 0; i < pods / each; i++) {
            String profile = switch (i % 4) {
                case 0 -> UNCONFINED;
                case 1 -> "";
                default -> "Localhost/k8s-service-" + i % 200;
            };
            Maker maker = new Maker(
                    "team-" + i % 60,
                    "ReplicaSet",
                    "service-" + i + "-7d9f8c6b5d",
                    i % 300,
                    Container.of("app", profile),
                    Container.of("proxy", DEFAULT));
            cluster.pods(
                    each,
                    i % 40 == 0
                            ? maker.claiming(Map.of(
                                    "unconfined",
                                    "app",
                                    "reason",
                                    "the profile is not ready yet",
                                    "owner",
                                    "team-" + i % 60,
                                    "expires",
                                    "2026-12-" + (10 + i % 20)))
                            : maker,
                    nodes);
        }
        return cluster;
    }

    /** One workload each, which are all denied. */
    static Snapshot denied(int workloads) {
        Snapshot cluster = new Snapshot()
                .policy("strict.yaml", Policies.policy("strict", "Enforce", "\"*\"", "kube-system", "Annotation"))
                .node("node-1", "cri-containerd.apparmor.d (enforce)");
        for (int i = 0; i < workloads; i++) {
            cluster.pods(
                    1,
                    new Maker("shop", "ReplicaSet", "service-%03d".formatted(i), 1, Container.of("app", UNCONFINED)),
                    "node-1");
        }
        return cluster;
    }

    /** A cluster whose every name, and every other text that a user can set, tries to become something else than text. */
    static Snapshot hostile(List<String> texts) {
        Snapshot cluster = new Snapshot();
        String[] quoted = texts.stream()
                .map(text -> JSON.getNodeFactory()
                        .textNode(text.substring(0, Math.min(text.length(), 1000)))
                        .toString())
                .toArray(String[]::new);
        cluster.policy("strict.yaml", Policies.policy("strict", "Enforce", "\"*\"", "kube-system", "Annotation"))
                .node(
                        "node-1",
                        "cri-containerd.apparmor.d (enforce)",
                        "k8s-" + texts.get(0) + " (enforce)",
                        texts.get(1).replace("\n", " ") + " (complain)")
                .notRead("cluster: " + texts.get(0));
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            cluster.node(text, "cri-containerd.apparmor.d (enforce)")
                    .policy(
                            "grant-" + i + ".yaml",
                            Policies.grant("grant-" + i, "lab", quoted[i], quoted[i], quoted[i], "2026-12-24"))
                    .pods(
                            1,
                            new Maker(
                                    text,
                                    text,
                                    text,
                                    1,
                                    Container.of(text, "Localhost/" + text),
                                    Container.of("app", UNCONFINED)),
                            text)
                    .pods(
                            1,
                            new Maker("shop", "ReplicaSet", text, 3, Container.of(text, UNCONFINED))
                                    .claiming(Map.of(
                                            "unconfined",
                                            "*",
                                            "reason",
                                            "a reason: " + text,
                                            "owner",
                                            text,
                                            "ticket",
                                            text,
                                            "expires",
                                            "2026-12-24")),
                            text)
                    .pods(
                            1,
                            new Maker("shop", "ReplicaSet", "expired-" + i, 3, Container.of(text, UNCONFINED))
                                    .claiming(Map.of(
                                            "unconfined",
                                            "*",
                                            "reason",
                                            "a reason: " + text,
                                            "owner",
                                            text,
                                            "ticket",
                                            text,
                                            "expires",
                                            "2026-10-24")),
                            text)
                    .template(
                            "deployments",
                            new Maker(text, "Deployment", text, 3, Container.of(text, "Localhost/" + "k8s-" + text)));
        }
        return cluster;
    }
}
