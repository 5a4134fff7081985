package dev.apparmoradmission.e2e.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The DaemonSets of {@code deploy/agent}, stored as they are, with every unknown field an error. */
@ExtendWith(RealApiServer.class)
class AgentManifestsTest {
    private static final String PODS = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE
            + "/pods?labelSelector=app.kubernetes.io/part-of=apparmor-admission";
    private static final String FACE = "app.kubernetes.io/name";

    @Test
    void eachNodeGetsOneAgentAndTheLabelDecidesWhich(Stage stage) throws IOException {
        try (Fleet fleet = new Fleet(stage)) {
            fleet.installed().object(node("face-1", "{kubernetes.io/os: linux}"));
            fleet.installed()
                    .object(node("face-2", "{kubernetes.io/os: linux, apparmor-admission.dev/agent: without-profile}"));
            ObjectNode tainted = node("face-3", "{kubernetes.io/os: linux}");
            tainted.withObjectProperty("spec")
                    .putArray("taints")
                    .add(Manifest.parse("{key: reserved, value: x, effect: NoExecute}"));
            fleet.installed().object(tainted);
            fleet.installed().object(node("face-4", "{kubernetes.io/os: windows}"));
            for (String file : List.of("daemonset.yaml", "daemonset-without-profile.yaml")) {
                fleet.installed().file(fleet.deploy().resolve("agent").resolve(file));
            }
            if (!stage.cluster().runsControllers()) {
                System.out.println("The DaemonSets are stored; no controller is here to make their pods");
                return;
            }
            Map<String, String> expected = Map.of(
                    "face-1", "[apparmor-admission-agent]",
                    "face-2", "[apparmor-admission-agent-without-profile]",
                    "face-3", "[apparmor-admission-agent]");

            Scene.await("a pod for each node", () -> faces(fleet).equals(expected));
        }
    }

    private static ObjectNode node(String name, String labels) {
        return Manifest.parse("{apiVersion: v1, kind: Node, metadata: {name: %s, labels: %s}}".formatted(name, labels));
    }

    /** Which agents are meant for which of our nodes. */
    private static Map<String, String> faces(Fleet fleet) {
        Map<String, List<String>> faces = new TreeMap<>();
        for (JsonNode pod : fleet.admin().get(PODS).at("/items")) {
            assertThat(pod.at("/spec/automountServiceAccountToken").asBoolean(true))
                    .isFalse();
            // The controller writes the node into the affinity, and the scheduler binds.
            String node = pod.at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                            + "/nodeSelectorTerms/0/matchFields/0/values/0")
                    .asText();
            if (node.startsWith("face-")) {
                faces.computeIfAbsent(node, key -> new ArrayList<>())
                        .add(pod.at("/metadata/labels").path(FACE).asText());
            }
        }
        Map<String, String> text = new TreeMap<>();
        faces.forEach((node, names) -> text.put(node, names.toString()));
        return text;
    }
}
