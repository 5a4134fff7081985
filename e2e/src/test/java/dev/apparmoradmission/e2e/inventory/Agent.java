package dev.apparmoradmission.e2e.inventory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;

/**
 * Who holds the token that the API server gave for an agent's pod on one node.
 *
 * @param uid the uid of the Node object
 * @param api the server, asked with that token and no other right
 */
record Agent(String node, String uid, ApiServer api) {
    static final String ACCOUNT = "apparmor-admission-agent";
    static final String CONFIG_MAPS = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/configmaps";
    static final String LABEL = "apparmor-admission.dev/inventory";

    /** What the agent of this node publishes. */
    ObjectNode list() {
        ObjectNode map = Manifest.parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: %s
                  namespace: %s
                  labels: {%s: "true"}
                  ownerReferences: [{apiVersion: v1, kind: Node, name: %s, uid: %s}]
                """.formatted(name(), WebhookProcess.NAMESPACE, LABEL, node, uid));
        map.withObjectProperty("data").put(node, "# apparmor: enabled\nk8s-" + node + " (enforce)\n");
        return map;
    }

    /** The name of this node's ConfigMap. */
    String name() {
        return "apparmor-inventory-" + node;
    }

    /** The path of this node's ConfigMap. */
    String path() {
        return CONFIG_MAPS + "/" + name();
    }

    /** Server-side apply of an object, at the path of its name. */
    Answer apply(ObjectNode object) {
        return apply(CONFIG_MAPS + "/" + object.path("metadata").path("name").asText(), object, "");
    }

    /** @param query empty or starting with {@code &} */
    Answer apply(String path, ObjectNode object, String query) {
        return api.patch(
                path + "?fieldManager=" + ACCOUNT + "&force=true" + query, ApiServer.APPLY_PATCH, object.toString());
    }

    /** The own list, applied. */
    Answer publish() {
        return apply(list());
    }
}
