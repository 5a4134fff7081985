package dev.apparmoradmission.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads inventory ConfigMaps from YAML or JSON. */
public final class ConfigMapReader {

    private ConfigMapReader() {}

    /**
     * The ConfigMaps of a file that hold inventories, in their order. A file is given by name, so the label is not needed: where
     * no ConfigMap of the file carries it (as {@code kubectl create configmap} writes them), all count. Where some do, the
     * file shows a namespace as it is, and only those count, as in a cluster.
     *
     * @throws MalformedDocumentException where the text is malformed, a value is not a string, or where there is neither a
     *     ConfigMap nor a list
     */
    public static List<InventoryConfigMap> read(byte[] content) throws MalformedDocumentException {
        List<InventoryConfigMap> all = new ArrayList<>();
        LocatedObjects.visit(content, "ConfigMap", object -> all.add(read(object)));
        List<InventoryConfigMap> labelled =
                all.stream().filter(InventoryConfigMap::isLabelled).toList();
        return labelled.isEmpty() ? all : labelled;
    }

    /**
     * Reads one ConfigMap.
     *
     * @throws MalformedDocumentException where a field has the wrong type
     */
    public static InventoryConfigMap read(Located object) throws MalformedDocumentException {
        Optional<Located> metadata = Fields.object(object, "metadata");
        Map<String, String> data = new LinkedHashMap<>(Fields.texts(object, "data"));
        data.putAll(binary(object));
        if (metadata.isEmpty()) {
            return new InventoryConfigMap("", "", "", Map.of(), Map.of(), data);
        }
        return new InventoryConfigMap(
                Fields.text(metadata.get(), "namespace"),
                Fields.text(metadata.get(), "name"),
                Fields.text(metadata.get(), "resourceVersion"),
                Fields.texts(metadata.get(), "labels"),
                owners(metadata.get()),
                data);
    }

    private static Map<String, String> owners(Located metadata) throws MalformedDocumentException {
        Map<String, String> owners = new LinkedHashMap<>();
        for (Located reference : Fields.list(metadata, "ownerReferences")) {
            if (Fields.text(reference, "kind").equals("Node")) {
                owners.put(Fields.text(reference, "name"), Fields.text(reference, "uid"));
            }
        }
        return owners;
    }

    /** Where a profile's name is not UTF-8, {@code kubectl create configmap --from-file} puts the whole list here. */
    private static Map<String, String> binary(Located object) throws MalformedDocumentException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry :
                Fields.texts(object, "binaryData").entrySet()) {
            try {
                texts.put(entry.getKey(), decode(entry.getValue()));
            } catch (IllegalArgumentException e) {
                throw new MalformedDocumentException(
                        object.place(), "binaryData: " + entry.getKey() + " is not base64");
            }
        }
        return texts;
    }

    /**
     * A value of {@code binaryData} as text; bytes that are not UTF-8 become U+FFFD.
     *
     * @throws IllegalArgumentException where it is not base64
     */
    public static String decode(String base64) {
        return new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
