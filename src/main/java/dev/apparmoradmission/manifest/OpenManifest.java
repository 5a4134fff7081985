package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.DocumentPieces;
import dev.apparmoradmission.wire.DocumentPieces.Piece;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** A file that is read piece by piece, and says in one line what went wrong. */
final class OpenManifest implements Closeable {

    private static final int PIECE = 128 << 10;

    private final String name;
    private final InputStream in;
    private final DocumentPieces pieces;

    OpenManifest(String name, InputStream in) {
        this.name = name;
        this.in = in;
        this.pieces = new DocumentPieces(in, PIECE, DocumentLimits.MANIFESTS.maxBytes());
    }

    /**
     * The next piece; empty at the end.
     *
     * @throws UnreadableInputException where no more can be read
     */
    Optional<Piece> next() throws UnreadableInputException {
        try {
            return pieces.next();
        } catch (IOException e) {
            throw new UnreadableInputException(name, InputFile.describe(e));
        }
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException nothingLost) {
            // All that was wanted has been read.
        }
    }
}
