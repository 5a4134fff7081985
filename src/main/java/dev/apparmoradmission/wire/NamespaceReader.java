package dev.apparmoradmission.wire;

import dev.apparmoradmission.policy.Namespaces;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads Namespaces and their labels from YAML or JSON, such as {@code kubectl get namespaces -o yaml} prints. */
public final class NamespaceReader {

    private NamespaceReader() {}

    /**
     * Reads all Namespaces of a file, be they in lists or single.
     *
     * @throws MalformedDocumentException where the text is malformed, a field has the wrong type, a namespace has no name, or
     *     where there is neither a Namespace nor a list
     */
    public static Namespaces read(byte[] content) throws MalformedDocumentException {
        Map<String, Map<String, String>> labels = new HashMap<>();
        LocatedObjects.visit(
                content, "Namespace", object -> labels.put(Fields.name(object, "Namespace"), labels(object)));
        return new Namespaces(labels);
    }

    /**
     * The labels of one Namespace.
     *
     * @throws MalformedDocumentException where they are not a map of strings
     */
    public static Map<String, String> labels(Located object) throws MalformedDocumentException {
        Optional<Located> metadata = Fields.object(object, "metadata");
        return metadata.isPresent() ? Fields.texts(metadata.get(), "labels") : Map.of();
    }
}
