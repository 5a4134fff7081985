package dev.apparmoradmission.wire;

import java.util.Map;
import java.util.Optional;

/**
 * Where the parts of one object stand in its file.
 *
 * @param byPointer places by JSON pointer from the document's root
 * @param annotations places of annotations by the pointer of the metadata, and by key
 * @param root the pointer of the object, empty where it is the document
 * @param documentStart where the document begins
 */
public record Places(
        Map<String, Place> byPointer, Map<String, Map<String, Place>> annotations, String root, Place documentStart) {

    /** Those of an object without annotations. */
    public Places(Map<String, Place> byPointer, String root, Place documentStart) {
        this(byPointer, Map.of(), root, documentStart);
    }

    /** Where the object begins. */
    public Place start() {
        return at(root);
    }

    /** Where this part stands, dotted as in {@code spec.containers[0]}; where that is not known, what it is a part of. */
    public Place of(String path) {
        return at(pointer(path));
    }

    /** Where the name of this very field stands, dotted as in {@code spec.containers[0].securityContext.privileged}. */
    public Optional<Place> field(String path) {
        return Optional.ofNullable(byPointer.get(pointer(path)));
    }

    /** Where the annotations that count stand, by key; of the object's metadata, or of a template's. */
    public Map<String, Place> annotations(String metadataPath) {
        return annotations.getOrDefault(pointer(metadataPath), Map.of());
    }

    private String pointer(String path) {
        return root + "/" + path.replace(".", "/").replace("[", "/").replace("]", "");
    }

    private Place at(String pointer) {
        String part = pointer;
        while (!part.isEmpty()) {
            Place place = byPointer.get(part);
            if (place != null) {
                return place;
            }
            part = part.substring(0, part.lastIndexOf('/'));
        }
        return documentStart;
    }

    Places item(int index) {
        return new Places(byPointer, annotations, root + "/items/" + index, documentStart);
    }
}
