package dev.apparmoradmission.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.wire.InventoryConfigMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The ConfigMap of one node, whole: what server-side apply is given, and what {@code --print} prints. */
final class ConfigMapJson {

    private static final String PREFIX = "apparmor-inventory-";

    private ConfigMapJson() {}

    /** The name of a node's ConfigMap. */
    static String name(String node) {
        return PREFIX + node;
    }

    /**
     * As JSON in UTF-8.
     *
     * @param identity the node; without a uid the ConfigMap has no owner
     */
    static byte[] of(Identity identity, String namespace, String value, boolean pretty) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length() + value.length() / 8 + 1024);
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            if (pretty) {
                json.useDefaultPrettyPrinter();
            }
            json.writeStartObject();
            json.writeStringField("apiVersion", "v1");
            json.writeStringField("kind", "ConfigMap");
            json.writeObjectFieldStart("metadata");
            json.writeStringField("name", name(identity.node()));
            if (!namespace.isEmpty()) {
                json.writeStringField("namespace", namespace);
            }
            json.writeObjectFieldStart("labels");
            json.writeStringField(InventoryConfigMap.LABEL, "true");
            json.writeEndObject();
            if (!identity.uid().isEmpty()) {
                owner(identity, json);
            }
            json.writeEndObject();
            json.writeObjectFieldStart("data");
            json.writeStringField(identity.node(), value);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void owner(Identity identity, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("ownerReferences");
        json.writeStartObject();
        json.writeStringField("apiVersion", "v1");
        json.writeStringField("kind", "Node");
        json.writeStringField("name", identity.node());
        json.writeStringField("uid", identity.uid());
        json.writeEndObject();
        json.writeEndArray();
    }
}
