package dev.apparmoradmission.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes fields out of an object of the Kubernetes API. {@code null} counts as absent, as in the API; a value of another type
 * than the API's is an error that names its place.
 */
final class Fields {

    private Fields() {}

    /** The field, unless it is absent or null. */
    static Optional<Located> field(Located object, String name) {
        return object.field(name).filter(value -> !value.value().isNull());
    }

    /** An object in a field. */
    static Optional<Located> object(Located object, String name) throws MalformedDocumentException {
        Optional<Located> found = field(object, name);
        if (found.isPresent() && !found.get().value().isObject()) {
            throw new MalformedDocumentException(found.get().place(), name + " is not an object");
        }
        return found;
    }

    /** The items of a list in a field; none where it is absent. */
    static List<Located> list(Located object, String name) throws MalformedDocumentException {
        Optional<Located> found = field(object, name);
        if (found.isPresent() && !found.get().value().isArray()) {
            throw new MalformedDocumentException(found.get().place(), name + " is not a list");
        }
        return found.map(Located::items).orElse(List.of());
    }

    /** A string in a field; empty where it is absent. */
    static String text(Located object, String name) throws MalformedDocumentException {
        Optional<Located> found = field(object, name);
        return found.isPresent() ? text(found.get(), name, "") : "";
    }

    /** A map of strings in a field, in its order; empty where it is absent. */
    static Map<String, String> texts(Located object, String name) throws MalformedDocumentException {
        Map<String, String> texts = new LinkedHashMap<>();
        Optional<Located> found = object(object, name);
        if (found.isPresent()) {
            for (Map.Entry<String, Located> entry : found.get().fields().entrySet()) {
                Located value = entry.getValue();
                texts.put(entry.getKey(), value.value().isNull() ? "" : text(value, entry.getKey(), name + ": "));
            }
        }
        return texts;
    }

    /** The name of an object, which must have one. */
    static String name(Located object, String kind) throws MalformedDocumentException {
        Optional<Located> metadata = object(object, "metadata");
        String name = metadata.isPresent() ? text(metadata.get(), "name") : "";
        if (name.isEmpty()) {
            throw new MalformedDocumentException(object.place(), "a " + kind + " without metadata.name");
        }
        return name;
    }

    private static String text(Located value, String name, String within) throws MalformedDocumentException {
        if (!value.value().isTextual()) {
            throw new MalformedDocumentException(
                    value.place(), within + name + " is not a string; put the value in quotes");
        }
        return value.value().textValue();
    }
}
