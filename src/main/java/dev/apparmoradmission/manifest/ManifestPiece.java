package dev.apparmoradmission.manifest;

import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.DocumentPieces.Piece;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was read of a piece of a file. It is read without knowing how many documents stand before it, so that pieces can be read
 * at once.
 *
 * @param documents how many documents it has
 * @param content what stands in them, in order
 */
record ManifestPiece(int documents, List<Content> content) {

    /** Of one document. */
    sealed interface Content {}

    /**
     * A document.
     *
     * @param number its number in the piece, counted from 1
     * @param manifests what stands in it
     */
    record Understood(int number, List<Manifest> manifests) implements Content {}

    /**
     * A document that cannot be read.
     *
     * @param problem why, and where in the file
     */
    record Malformed(MalformedDocumentException problem) implements Content {}

    /** Reads a piece. */
    static ManifestPiece read(Piece piece) {
        try {
            return read(Documents.of(piece, DocumentLimits.MANIFESTS));
        } catch (MalformedDocumentException e) {
            List<Piece> singles = piece.singles();
            if (singles.size() < 2) {
                return new ManifestPiece(1, List.of(new Malformed(e)));
            }
            // A byte that is not UTF-8 costs no other document than its own.
            int documents = 0;
            List<Content> content = new ArrayList<>();
            for (Piece single : singles) {
                ManifestPiece read = read(single).behind(documents);
                documents = read.documents();
                content.addAll(read.content());
            }
            return new ManifestPiece(documents, content);
        }
    }

    /** Reads a file that is in memory as a whole. */
    static ManifestPiece whole(byte[] content) {
        try {
            return read(Documents.of(content, DocumentLimits.MANIFESTS));
        } catch (MalformedDocumentException e) {
            return new ManifestPiece(1, List.of(new Malformed(e)));
        }
    }

    private static ManifestPiece read(Documents documents) {
        List<Content> content = new ArrayList<>();
        while (true) {
            try {
                Optional<Document> document = documents.next();
                if (document.isEmpty()) {
                    return new ManifestPiece(documents.count(), content);
                }
                content.add(new Understood(document.get().number(), Manifest.read(document.get())));
            } catch (MalformedDocumentException e) {
                content.add(new Malformed(e));
            }
        }
    }

    /** The same, with documents before it: it counts these too. */
    ManifestPiece behind(int before) {
        List<Content> counted = new ArrayList<>();
        for (Content each : content) {
            counted.add(
                    each instanceof Understood understood
                            ? new Understood(before + understood.number(), understood.manifests())
                            : each);
        }
        return new ManifestPiece(before + documents, counted);
    }
}
