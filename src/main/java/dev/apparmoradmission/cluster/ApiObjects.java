package dev.apparmoradmission.cluster;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.wire.ConfigMapReader;
import dev.apparmoradmission.wire.InventoryConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NodeSystemInfo;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes from the client's objects the little that we keep of them. */
final class ApiObjects {

    private ApiObjects() {}

    /** An inventory ConfigMap. */
    static InventoryConfigMap inventory(String namespace, ConfigMap configMap) {
        Map<String, String> data = new HashMap<>();
        if (configMap.getData() != null) {
            data.putAll(configMap.getData());
        }
        if (configMap.getBinaryData() != null) {
            configMap.getBinaryData().forEach((node, base64) -> data.put(node, ConfigMapReader.decode(base64)));
        }
        data.values().removeIf(value -> value == null);
        return new InventoryConfigMap(
                namespace,
                configMap.getMetadata().getName(),
                text(configMap.getMetadata().getResourceVersion()),
                labels(configMap),
                owners(configMap),
                data);
    }

    /** A node. */
    static Node node(io.fabric8.kubernetes.api.model.Node found) {
        List<Taint> taints = found.getSpec() == null || found.getSpec().getTaints() == null
                ? List.of()
                : found.getSpec().getTaints().stream()
                        .map(taint -> new Taint(text(taint.getKey()), text(taint.getValue()), text(taint.getEffect())))
                        .toList();
        Optional<NodeSystemInfo> info = Optional.ofNullable(found.getStatus()).map(status -> status.getNodeInfo());
        return new Node(
                found.getMetadata().getName(),
                labels(found),
                taints,
                ContainerRuntime.ofVersion(
                        info.map(NodeSystemInfo::getContainerRuntimeVersion).orElse("")),
                new NodeIdentity(
                        Optional.ofNullable(found.getMetadata().getUid()),
                        info.map(NodeSystemInfo::getBootID).filter(id -> !id.isEmpty())));
    }

    /** The labels of an object; equal texts are one, for thousands of nodes have the same zones and types. */
    static Map<String, String> labels(HasMetadata object) {
        Map<String, String> labels = object.getMetadata().getLabels();
        if (labels == null) {
            return Map.of();
        }
        Map<String, String> shared = new HashMap<>();
        // What nobody uses any more the JVM forgets.
        labels.forEach((key, value) -> shared.put(key.intern(), text(value).intern()));
        return shared;
    }

    private static Map<String, String> owners(ConfigMap configMap) {
        Map<String, String> owners = new HashMap<>();
        for (OwnerReference reference : configMap.getMetadata().getOwnerReferences()) {
            if ("Node".equals(reference.getKind())) {
                owners.put(text(reference.getName()), text(reference.getUid()));
            }
        }
        return owners;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
