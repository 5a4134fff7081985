package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An object of a manifest file, and where it stands.
 *
 * @param object the object
 * @param places where its parts stand
 */
public record Manifest(ManifestObject object, Places places) {

    /**
     * The objects of one document: one, or the items of a list, nested or not. A document that is no mapping gives none.
     *
     * @throws MalformedDocumentException where the document cannot be read to its end
     */
    public static List<Manifest> read(Document document) throws MalformedDocumentException {
        if (document.parser().currentToken() != JsonToken.START_OBJECT) {
            return List.of();
        }
        PlacedParser parser = new PlacedParser(document.parser());
        List<Manifest> found = new ArrayList<>();
        try {
            ManifestObject object = WorkloadReader.read(parser);
            collect(object, new Places(parser.places(), parser.annotations(), "", document.place()), found);
        } catch (MalformedDocumentException e) {
            throw e;
        } catch (IOException e) {
            throw new MalformedDocumentException(Located.place(parser), String.valueOf(e.getMessage()));
        }
        return found;
    }

    private static void collect(ManifestObject object, Places places, List<Manifest> found) {
        List<ManifestObject> items = object.items();
        if (items.isEmpty()) {
            found.add(new Manifest(object, places));
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            collect(items.get(i), places.item(i), found);
        }
    }
}
