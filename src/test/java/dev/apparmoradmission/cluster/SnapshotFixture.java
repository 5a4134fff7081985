package dev.apparmoradmission.cluster;

import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A snapshot that a test writes: nodes on containerd with their profiles, and workloads. */
public final class SnapshotFixture {

    private final Map<String, List<String>> items = new LinkedHashMap<>();
    private final List<String> notRead = new ArrayList<>();

    /** An empty one. */
    public SnapshotFixture() {
        items.put(SnapshotDescription.NODES, new ArrayList<>());
        items.put(SnapshotDescription.INVENTORY, new ArrayList<>());
        for (WorkloadKind kind : WorkloadKind.values()) {
            items.put(ApiList.plural(kind), new ArrayList<>());
        }
    }

    /** Adds a node that holds these profiles, each {@code NAME (MODE)}, and the runtime's own. */
    public SnapshotFixture node(String name, String... profiles) {
        items.get(SnapshotDescription.NODES).add("""
                {"metadata": {"name": "%1$s", "labels": {"kubernetes.io/hostname": "%1$s", "host": "%1$s"}},
                 "status": {"nodeInfo": {"containerRuntimeVersion": "containerd://2.1.0"}}}""".formatted(name));
        items.get(SnapshotDescription.INVENTORY).add(inventory(name, profiles));
        return this;
    }

    /** Adds a namespace. Without any, the snapshot is one whose maker could not list them. */
    public SnapshotFixture namespace(String name) {
        items.computeIfAbsent(SnapshotDescription.NAMESPACES, any -> new ArrayList<>())
                .add("{\"metadata\": {\"name\": \"" + name + "\"}}");
        return this;
    }

    /** An inventory ConfigMap. */
    public static String inventory(String node, String... profiles) {
        return """
                {"kind": "ConfigMap", "apiVersion": "v1",
                 "metadata": {"name": "i-%1$s", "labels": {"apparmor-admission.dev/inventory": "true"}},
                 "data": {"%1$s": "cri-containerd.apparmor.d (enforce)\\n%2$s"}}""".formatted(node, String.join("\\n", profiles));
    }

    /** Adds a workload, as JSON. */
    public SnapshotFixture add(WorkloadKind kind, String object) {
        items.get(ApiList.plural(kind)).add(object);
        return this;
    }

    /** Says that something could not be read. */
    public SnapshotFixture notRead(String line) {
        notRead.add(line);
        return this;
    }

    /** Writes it into a directory, which is made. */
    public Path write(Path directory) throws IOException {
        List<String> lists = new ArrayList<>();
        for (Map.Entry<String, List<String>> list : items.entrySet()) {
            Path page = directory.resolve(SnapshotDescription.page(list.getKey(), 1));
            Files.createDirectories(page.getParent());
            Files.writeString(
                    page, "{" + kind(list.getKey()) + ", \"items\": [" + String.join(",", list.getValue()) + "]}");
            lists.add("\"" + list.getKey() + "\": {\"pages\": 1, \"objects\": "
                    + list.getValue().size() + "}");
        }
        Files.writeString(directory.resolve(SnapshotDescription.FILE), """
                {"apiVersion": "apparmor-admission.dev/v1alpha1", "kind": "ClusterSnapshot", "server": "https://c",
                 "takenAt": "2026-11-22T19:00:00Z", "namespaces": [], "lists": {%s}, "notRead": [%s]}
                """.formatted(
                String.join(",", lists),
                String.join(
                        ",", notRead.stream().map(line -> "\"" + line + "\"").toList())));
        return directory;
    }

    private static String kind(String list) {
        for (WorkloadKind kind : WorkloadKind.values()) {
            if (ApiList.plural(kind).equals(list)) {
                return "\"kind\": \"" + kind.kindName() + "List\", \"apiVersion\": \""
                        + (kind.group().isEmpty() ? "v1" : kind.group() + "/v1") + "\"";
            }
        }
        String core = Map.of(SnapshotDescription.NODES, "Node", SnapshotDescription.NAMESPACES, "Namespace")
                .getOrDefault(list, "ConfigMap");
        return "\"kind\": \"" + core + "List\"";
    }
}
