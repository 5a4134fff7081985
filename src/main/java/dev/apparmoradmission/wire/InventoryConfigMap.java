package dev.apparmoradmission.wire;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A ConfigMap that may hold node inventories, as it came from a file or from the API server.
 *
 * @param namespace its namespace; may be empty
 * @param name its name; may be empty
 * @param resourceVersion its version in the cluster; empty in a manifest
 * @param labels its labels
 * @param owners the uids of the Nodes that own it, by their names
 * @param data the values by node name, in their order
 */
public record InventoryConfigMap(
        String namespace,
        String name,
        String resourceVersion,
        Map<String, String> labels,
        Map<String, String> owners,
        Map<String, String> data) {

    /** The label by which the webhook finds inventories in a cluster; its value is {@code true}. */
    public static final String LABEL = "apparmor-admission.dev/inventory";

    /** Copies the maps. */
    public InventoryConfigMap {
        labels = Map.copyOf(labels);
        owners = Map.copyOf(owners);
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
    }

    /** Whether it carries the label. */
    public boolean isLabelled() {
        return "true".equals(labels.get(LABEL));
    }

    /** Its name as messages show it. */
    String reference() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
