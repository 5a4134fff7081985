package dev.apparmoradmission.e2e.storm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.TestNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Nodes without machines, and their lists of profiles, which change. */
final class StormNodes {
    static final String LABEL = "e2e.apparmor-admission.dev/storm";

    private static final String MAPS = "/api/v1/namespaces/apparmor-admission/configmaps/";
    private static final int COUNT = 50;

    private final ApiServer api;

    StormNodes(ApiServer api) {
        this.api = api;
    }

    private static List<String> names() {
        return IntStream.range(0, COUNT).mapToObj(i -> "storm-" + i).toList();
    }

    /** They join, each with a list. */
    void join() {
        for (String name : names()) {
            TestNode node = new TestNode(name, "linux", "containerd://2.1.4", Map.of(LABEL, "true"), List.of());
            api.client().nodes().resource(node.object()).create();
            ObjectNode map = Manifest.parse("""
                    apiVersion: v1
                    kind: ConfigMap
                    metadata:
                      name: apparmor-inventory-%s
                      labels: {apparmor-admission.dev/inventory: "true"}
                    """.formatted(name));
            map.withObjectProperty("data").put(name, list(0));
            require(api.create("apparmor-admission", map));
        }
    }

    private static String list(int change) {
        return "# apparmor: enabled\nchurn-" + change % 7 + " (enforce)\n" + Sort.STEADY + " (enforce)\nother ("
                + (change % 2 == 0 ? "enforce" : "complain") + ")\n";
    }

    /** Of one of them the list changes; what the stream asks for stays on it. */
    void change(int number) {
        String name = names().get(number % COUNT);
        ObjectNode patch = Manifest.parse("{data: {}}");
        patch.withObjectProperty("data").put(name, list(1 + number));
        require(api.patch(MAPS + "apparmor-inventory-" + name, ApiServer.MERGE_PATCH, patch.toString()));
    }

    private static void require(Answer answer) {
        if (!answer.ok()) {
            throw new IllegalStateException("the storm's nodes: " + answer.code() + " " + answer.message());
        }
    }

    /** They leave. */
    void leave() {
        names().forEach(name -> api.delete("/api/v1/nodes/" + name));
    }
}
