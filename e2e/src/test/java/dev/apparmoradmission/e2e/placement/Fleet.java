package dev.apparmoradmission.e2e.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;

/** Nodes with room that the scheduler sees, and pods on their way to them. */
final class Fleet {
    static final String PROFILE_LABEL = "profile.apparmor-admission.node-restriction.kubernetes.io/";
    static final String ENABLED_LABEL = "apparmor-admission.node-restriction.kubernetes.io/enabled";
    static final String GATE = "apparmor-admission.dev/profiles-loaded";
    static final String CONDITION = "apparmor-admission.dev/ProfilesLoaded";
    static final String LOADED = "# apparmor: enabled\nk8s-nginx (enforce)\nother (enforce)\n";
    static final String LACKING = "# apparmor: enabled\nother (enforce)\n";
    static final String OFF = "# apparmor: disabled\n";

    /** No kubelet reports for these nodes, which the control plane taints for that: the pods do not mind. */
    private static final String PATIENT = """
            tolerations:
            - {key: node.kubernetes.io/not-ready, operator: Exists}
            - {key: node.kubernetes.io/unreachable, operator: Exists}
            """;

    private final Scene scene;

    Fleet(Scene scene) {
        this.scene = scene;
    }

    /** Sets a scene under a policy with these terms. */
    static Scene set(Stage stage, Path directory, String spec, java.util.function.UnaryOperator<Scene.Builder> what)
            throws IOException {
        Assertions.assertTrue(
                stage.cluster().runsScheduler(),
                () -> "a scheduler is needed, and there is none at "
                        + stage.cluster().description());
        Path file = policy(directory, spec);
        return stage.set(world -> what.apply(world.policy(file)));
    }

    static Path policy(Path directory, String spec) throws IOException {
        return Files.writeString(directory.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: e2e}
                spec:
                  mode: Enforce
                  match: {namespaces: ["e2e-*"]}
                """ + spec.indent(2));
    }

    static TestNode roomy(String name) {
        return TestNode.containerd(name).withRoom();
    }

    /** Waits until the node carries that label with that value, or, with an empty one, does not carry it; in seconds. */
    double awaitLabel(String node, String label, String value) {
        return Scene.await(
                node + " " + label + "=" + value, () -> label(node, label).equals(value));
    }

    String label(String node, String label) {
        return scene.api()
                .get("/api/v1/nodes/" + node)
                .at("/metadata/labels")
                .path(label)
                .asText();
    }

    /** A profile's label. */
    static String of(String profile) {
        return PROFILE_LABEL + profile;
    }

    /** A pod that does not mind that no kubelet reports. */
    static PodDraft patient(String name, String profile) {
        return PodDraft.empty(name).container("c", PodDraft.localhost(profile)).with(PATIENT);
    }

    static PodDraft patient(PodDraft pod) {
        return pod.with(PATIENT);
    }

    void given(PodDraft pod) {
        Answer answer = scene.create(pod);
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    /** The node of a pod, once it is bound. */
    Optional<String> nodeOf(String pod) {
        JsonNode node = scene.stored(pod).at("/spec/nodeName");
        return node.isMissingNode() ? Optional.empty() : Optional.of(node.asText());
    }

    double awaitBound(String pod) {
        return Scene.await(pod + " is bound", () -> nodeOf(pod).isPresent());
    }

    /** Waits until the scheduler has looked at the pod and found no node for it. */
    void awaitUnschedulable(String pod) {
        Scene.await(
                pod + " finds no node",
                () -> condition(pod, "PodScheduled").path("reason").asText().equals("Unschedulable"));
        assertThat(nodeOf(pod)).as(pod).isEmpty();
    }

    JsonNode condition(String pod, String type) {
        for (JsonNode condition : scene.stored(pod).at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition;
            }
        }
        return Manifest.json("");
    }

    List<String> gates(String pod) {
        List<String> gates = new ArrayList<>();
        scene.stored(pod)
                .at("/spec/schedulingGates")
                .forEach(gate -> gates.add(gate.path("name").asText()));
        return gates;
    }

    /** Reasons of the events about a pod that we wrote, in no order. */
    List<String> events(String pod) {
        List<String> reasons = new ArrayList<>();
        scene.api()
                .get("/apis/events.k8s.io/v1/namespaces/" + scene.namespace() + "/events")
                .at("/items")
                .forEach(event -> {
                    if (event.at("/regarding/name").asText().equals(pod)
                            && event.path("reportingController").asText().startsWith("apparmor-admission.dev/")) {
                        reasons.add(event.path("type").asText() + " "
                                + event.path("reason").asText());
                    }
                });
        return reasons;
    }

    void cordon(boolean cordoned, String... nodes) {
        for (String node : nodes) {
            Answer answer = scene.api()
                    .patch(
                            "/api/v1/nodes/" + node,
                            ApiServer.MERGE_PATCH,
                            "{\"spec\": {\"unschedulable\": " + (cordoned ? "true" : "null") + "}}");
            assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        }
    }

    void report(String node, String list) {
        scene.inventory("inventory-" + node, Map.of(node, list));
    }

    Answer labelNode(ApiServer api, String node, String label, String value) {
        return api.patch(
                "/api/v1/nodes/" + node,
                ApiServer.MERGE_PATCH,
                "{\"metadata\": {\"labels\": {\"" + label + "\": " + value + "}}}");
    }

    /** The same server, asked by the kubelet of a node. */
    ApiServer kubelet(String node) {
        return scene.api().as("system:node:" + node, "system:nodes", "system:authenticated");
    }

    /** The terms of the pod's required node affinity. */
    JsonNode terms(String pod) {
        return scene.stored(pod)
                .at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms");
    }
}
