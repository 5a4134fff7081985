package dev.apparmoradmission.wire;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.Taint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads Nodes from YAML or JSON, such as {@code kubectl get nodes -o yaml} prints; fields that placement does not need are passed over. */
public final class NodeReader {

    private NodeReader() {}

    /**
     * Reads all Nodes of a file, be they in lists or single.
     *
     * @throws MalformedDocumentException where the text is malformed, a field has the wrong type, a node has no name or is there
     *     twice, or where there is neither a Node nor a list
     */
    public static List<Node> read(byte[] content) throws MalformedDocumentException {
        List<Node> nodes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        LocatedObjects.visit(content, "Node", object -> {
            Node node = read(object);
            if (!names.add(node.name())) {
                throw new MalformedDocumentException(
                        object.place(), "Node " + Quoted.of(node.name()) + " is there twice");
            }
            nodes.add(node);
        });
        return nodes;
    }

    /**
     * Reads one Node.
     *
     * @throws MalformedDocumentException where a field has the wrong type, or the name is missing
     */
    public static Node read(Located object) throws MalformedDocumentException {
        String name = Fields.name(object, "Node");
        Optional<Located> metadata = Fields.object(object, "metadata");
        Map<String, String> labels = metadata.isPresent() ? Fields.texts(metadata.get(), "labels") : Map.of();
        String uid = metadata.isPresent() ? Fields.text(metadata.get(), "uid") : "";
        List<Taint> taints = new ArrayList<>();
        Optional<Located> spec = Fields.object(object, "spec");
        if (spec.isPresent()) {
            for (Located taint : Fields.list(spec.get(), "taints")) {
                taints.add(new Taint(
                        Fields.text(taint, "key"), Fields.text(taint, "value"), Fields.text(taint, "effect")));
            }
        }
        Optional<Located> status = Fields.object(object, "status");
        Optional<Located> info = status.isPresent() ? Fields.object(status.get(), "nodeInfo") : Optional.empty();
        String runtime = info.isPresent() ? Fields.text(info.get(), "containerRuntimeVersion") : "";
        String bootId = info.isPresent() ? Fields.text(info.get(), "bootID") : "";
        return new Node(
                name, labels, taints, ContainerRuntime.ofVersion(runtime), new NodeIdentity(given(uid), given(bootId)));
    }

    private static Optional<String> given(String text) {
        return Optional.of(text).filter(found -> !found.isEmpty());
    }
}
