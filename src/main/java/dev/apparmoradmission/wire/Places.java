package dev.apparmoradmission.wire;

import java.util.Map;

/**
 * Where the parts of one object stand in its file.
 *
 * @param byPointer places by JSON pointer from the document's root
 * @param root the pointer of the object, empty where it is the document
 * @param documentStart where the document begins
 */
public record Places(Map<String, Place> byPointer, String root, Place documentStart) {

    /** Where the object begins. */
    public Place start() {
        return at(root);
    }

    /** Where this part stands, dotted as in {@code spec.containers[0]}; where that is not known, what it is a part of. */
    public Place of(String path) {
        return at(root + "/" + path.replace(".", "/").replace("[", "/").replace("]", ""));
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
        return new Places(byPointer, root + "/items/" + index, documentStart);
    }
}
