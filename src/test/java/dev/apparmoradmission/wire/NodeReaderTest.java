package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.policy.Namespaces;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeReaderTest {

    @Test
    void nodes_are_read_as_kubectl_prints_them() throws Exception {
        List<Node> nodes = NodeReader.read(utf8("""
                apiVersion: v1
                items:
                - apiVersion: v1
                  kind: Node
                  metadata:
                    annotations: {volumes.kubernetes.io/controller-managed-attach-detach: "true"}
                    creationTimestamp: "2026-11-01T00:00:00Z"
                    labels:
                      kubernetes.io/hostname: n1
                      node-role.kubernetes.io/control-plane: ""
                    name: n1
                    resourceVersion: "7"
                  spec:
                    podCIDR: 10.0.0.0/24
                    taints:
                    - effect: NoSchedule
                      key: node-role.kubernetes.io/control-plane
                    - {effect: NoExecute, key: dedicated, value: gpu, timeAdded: "2026-11-01T00:00:00Z"}
                  status:
                    capacity: {cpu: "4"}
                    images: [{names: [a, b], sizeBytes: 12}]
                    nodeInfo:
                      bootID: 0b9d7c0e-1111
                      containerRuntimeVersion: containerd://2.2.0
                      kernelVersion: 6.8.0
                - apiVersion: v1
                  kind: Node
                  metadata: {name: bare}
                kind: List
                metadata: {resourceVersion: ""}
                """));

        assertThat(nodes).hasSize(2);
        Node first = nodes.get(0);
        assertThat(first.name()).isEqualTo("n1");
        assertThat(first.labels())
                .isEqualTo(Map.of("kubernetes.io/hostname", "n1", "node-role.kubernetes.io/control-plane", ""));
        assertThat(first.taints())
                .containsExactly(
                        new Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule"),
                        new Taint("dedicated", "gpu", "NoExecute"));
        assertThat(first.runtime()).isEqualTo(ContainerRuntime.CONTAINERD);
        assertThat(first.identity().bootId()).contains("0b9d7c0e-1111");
        assertThat(nodes.get(1).runtime()).isEqualTo(ContainerRuntime.UNKNOWN);
        assertThat(nodes.get(1).labels()).isEmpty();
    }

    @Test
    void nodes_are_read_from_json_typed_lists_nested_lists_and_single_documents() throws Exception {
        List<Node> nodes = NodeReader.read(utf8("""
                {"kind": "NodeList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]}
                ---
                kind: Node
                metadata: {name: b}
                ---
                items:
                - kind: List
                  items: [{kind: Node, metadata: {name: c}}]
                - kind: NodeList
                  items: [{metadata: {name: d}}]
                kind: List
                ---
                items: [{metadata: {name: e}}]
                kind: NodeList
                ---
                kind: PodList
                items: [{metadata: {name: no-node}}]
                """));

        assertThat(nodes).extracting(Node::name).containsExactly("a", "b", "c", "d", "e");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{kind: Node, metadata: {}}|1:1: a Node without metadata.name",
                "{kind: Node, metadata: {name: 5}}|1:31: name is not a string; put the value in quotes",
                "{kind: Node, metadata: {name: m, labels: {a: true}}}|1:46: labels: a is not a string; put the value in quotes",
                "{kind: Node, metadata: {name: m}, spec: {taints: {}}}|1:50: taints is not a list",
                "{kind: List, items: [{kind: Node, metadata: {name: m}}, {kind: Node, metadata: {name: m}}]}"
                        + "|1:57: Node \"m\" is there twice",
                "{kind: Pod, metadata: {name: m}}|1:1: holds no Node and no list of them",
                "{kind: Node, metadata: {name: m|1:32: "
            })
    void a_wrong_file_is_refused_with_line_and_column(String text, String problem) {
        assertThatThrownBy(() -> NodeReader.read(utf8(text)))
                .isInstanceOf(MalformedDocumentException.class)
                .hasMessageStartingWith(problem.strip());
    }

    @Test
    void namespaces_are_read_with_their_labels() throws Exception {
        Namespaces namespaces = NamespaceReader.read(utf8("""
                kind: List
                items:
                - {kind: Namespace, metadata: {name: shop, labels: {team: a}}}
                - {kind: Namespace, metadata: {name: bare}}
                """));

        assertThat(namespaces).isEqualTo(new Namespaces(Map.of("shop", Map.of("team", "a"), "bare", Map.of())));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
