package dev.apparmoradmission.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a stream of YAML or JSON of any length in front of lines that begin with {@code ---}, as {@link Documents} does, which
 * can therefore read each piece by itself: in any order, and with the same outcome as the whole. No more than a piece and what
 * was read beyond it is in memory.
 */
public final class DocumentPieces {

    /** A separator and what must be seen of the line to know it: the feed before it, three dashes, and white space. */
    private static final int SEPARATOR = 5;

    private final InputStream in;
    private final int size;
    private final int limit;

    private byte[] buffer;
    private int filled;
    private boolean ended;
    private int line;

    /** Whole documents that follow each other in a file. */
    public static final class Piece {

        private final byte[] buffer;
        private final int length;
        private final int linesBefore;
        private final boolean tooLarge;

        private Piece(byte[] buffer, int length, int linesBefore, boolean tooLarge) {
            this.buffer = buffer;
            this.length = length;
            this.linesBefore = linesBefore;
            this.tooLarge = tooLarge;
        }

        /** How many bytes it has. */
        public int length() {
            return length;
        }

        int linesBefore() {
            return linesBefore;
        }

        /** Whether it is a document that is larger than the limit, of which nothing was kept. */
        boolean isTooLarge() {
            return tooLarge;
        }

        /** Its bytes, as many as its length says. */
        byte[] buffer() {
            return buffer;
        }

        /** Its documents, each by itself. */
        public List<Piece> singles() {
            DocumentPieces pieces = new DocumentPieces(new ByteArrayInputStream(buffer, 0, length), 1, length);
            pieces.line = linesBefore;
            List<Piece> singles = new ArrayList<>();
            try {
                for (Optional<Piece> next = pieces.next(); next.isPresent(); next = pieces.next()) {
                    singles.add(next.get());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("reading memory failed", e);
            }
            return singles;
        }
    }

    /**
     * Cuts up a stream.
     *
     * @param in the stream; it is not closed
     * @param size how large a piece becomes at most, unless a single document is larger
     * @param limit how large a single document may be, and not below the size; of a larger one nothing is kept
     */
    public DocumentPieces(InputStream in, int size, int limit) {
        this.in = in;
        this.size = size;
        this.limit = limit;
        this.buffer = new byte[size + SEPARATOR];
    }

    /**
     * The next piece; empty at the end of the stream.
     *
     * @throws IOException where the stream throws it
     */
    public Optional<Piece> next() throws IOException {
        int linesBefore = line;
        int cut = 0;
        int cutLine = line;
        boolean tooLarge = false;
        int at = 0;
        while (true) {
            while (at < filled && (ended || at + SEPARATOR <= filled)) {
                if (buffer[at++] == '\n') {
                    line++;
                    if (isSeparator(at)) {
                        boolean full = at >= size || tooLarge;
                        if (cut == 0 || at <= size) {
                            cut = at;
                            cutLine = line;
                        }
                        if (full) {
                            return Optional.of(taken(cut, linesBefore, cutLine, tooLarge));
                        }
                    }
                }
            }
            if (cut > 0 && at > size) {
                return Optional.of(taken(cut, linesBefore, cutLine, false));
            }
            if (ended) {
                return filled == 0 && !tooLarge
                        ? Optional.empty()
                        : Optional.of(taken(filled, linesBefore, line, tooLarge));
            }
            if (at > limit) {
                tooLarge = true;
            }
            if (tooLarge) {
                System.arraycopy(buffer, at, buffer, 0, filled - at);
                filled -= at;
                at = 0;
            }
            fill();
        }
    }

    private boolean isSeparator(int lineStart) {
        int behind = lineStart + 3;
        return behind <= filled
                && buffer[lineStart] == '-'
                && buffer[lineStart + 1] == '-'
                && buffer[lineStart + 2] == '-'
                && (behind == filled || " \t\r\n".indexOf(buffer[behind]) >= 0);
    }

    private void fill() throws IOException {
        if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(limit + (long) SEPARATOR + 1, 2L * filled));
        }
        int read = in.read(buffer, filled, buffer.length - filled);
        ended = read < 0;
        filled += Math.max(0, read);
    }

    /** The piece takes the buffer along; what follows it goes to a new one. */
    private Piece taken(int length, int linesBefore, int linesTo, boolean tooLarge) {
        byte[] rest = new byte[Math.max(ended ? 0 : size + SEPARATOR, filled - length)];
        System.arraycopy(buffer, length, rest, 0, filled - length);
        Piece piece = tooLarge || length > limit
                ? new Piece(new byte[0], 0, linesBefore, true)
                : new Piece(buffer, length, linesBefore, false);
        buffer = rest;
        filled -= length;
        line = linesTo;
        return piece;
    }
}
