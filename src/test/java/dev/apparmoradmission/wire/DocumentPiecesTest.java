package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.wire.DocumentPieces.Piece;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pieces of a file, each read by itself, come to the same as the file read as a whole. */
class DocumentPiecesTest {

    private static final int ANY = 1 << 20;

    /** What files are made of; some of it is only right in some places. */
    private static final List<String> FRAGMENTS = List.of(
            "---\n",
            "---\r\n",
            "---",
            "--- # why\n",
            "--- {a: 1}\n",
            "--- |\n  text\n  --- not a separator\n",
            "---\tb\n",
            "----\n",
            "--\n",
            " ---\n",
            "...\n",
            "...\r\n---\r\n",
            "%YAML 1.1\n---\n",
            "%TAG ! tag:example.com,2026:\n",
            "# a comment\n# --- in a comment\n",
            "a: 1\n",
            "a: 1\r\nb: [x, y]\r\n",
            "b: |\n  first\n  ---\n  last\n",
            "c: >-\n  folded\n\n  ---\n",
            "d: \"quoted\n---\nstill\"\n",
            "e: &x {f: g}\nh: *x\n",
            "i: *nowhere\n",
            "[\n",
            "\tj: 1\n",
            "{\"k\": {\"l\": [1, null, \"---\"]}}\n",
            "{\"k\": 1}\n{\"k\": 2}",
            "{\"k\":\n",
            "m: ünïcode \uD83D\uDE00\n",
            "n: \u2028o\n",
            "\r",
            "\n",
            "null\n",
            "p: 1\np: 2\n",
            "\uFEFF");

    private final Random random = new Random(7);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 17, 64, 300})
    void the_pieces_of_any_file_come_to_the_same_as_the_whole(int size) throws IOException {
        for (int file = 0; file < 1500; file++) {
            String text = text();
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            List<Piece> pieces = pieces(new Dribble(content, random), size, ANY);

            assertThat(joined(pieces)).as(text).isEqualTo(content);
            assertThat(told(pieces)).as(text).isEqualTo(told(Documents.of(content, DocumentLimits.MANIFESTS), 0));
        }
    }

    @Test
    void pieces_hold_as_many_documents_as_they_may() throws IOException {
        String document = "---\na: 1\n";
        byte[] content = document.repeat(100).getBytes(StandardCharsets.UTF_8);

        assertThat(pieces(new Dribble(content, random), 95, ANY))
                .extracting(Piece::length)
                .containsExactly(90, 90, 90, 90, 90, 90, 90, 90, 90, 90);
        assertThat(pieces(new Dribble(content, random), 1, ANY)).hasSize(100);
    }

    @Test
    void a_document_that_is_larger_than_a_piece_is_one_by_itself() throws IOException {
        String large = "---\na: " + "x".repeat(500) + "\n";
        byte[] content = ("a: 1\n" + large + "---\na: 2\n").getBytes(StandardCharsets.UTF_8);

        assertThat(pieces(new Dribble(content, random), 30, ANY))
                .extracting(Piece::length)
                .containsExactly(5, large.length(), 9);
    }

    @ParameterizedTest
    @ValueSource(ints = {41, 42, 43, 44, 45, 46, 47, 48, 5000})
    void of_a_document_beyond_the_limit_only_its_place_is_kept(int length) throws IOException {
        String large = "---\nb: " + "y".repeat(length - 8) + "\n";
        byte[] content = ("a: 1\n" + large + "---\na: 2\n").getBytes(StandardCharsets.UTF_8);
        DocumentLimits limits = new DocumentLimits(40, 100, 100, 100);

        List<Piece> pieces = pieces(new Dribble(content, random), 10, 40);

        assertThat(pieces).extracting(Piece::length).containsExactly(5, 0, 9);
        assertThat(told(pieces, limits))
                .containsExactly(
                        "1 at 1:1: {\"a\":1}",
                        "2:1: more than 40 bytes in one document; split it",
                        "3 at 5:1: {\"a\":2}");
    }

    @Test
    void a_document_beyond_the_limit_may_be_the_last() throws IOException {
        byte[] content = ("a: 1\n---\nb: " + "y".repeat(500)).getBytes(StandardCharsets.UTF_8);

        assertThat(told(pieces(new Dribble(content, random), 10, 40), new DocumentLimits(40, 100, 100, 100)))
                .containsExactly("1 at 1:1: {\"a\":1}", "2:1: more than 40 bytes in one document; split it");
    }

    @Test
    void each_document_of_a_piece_can_be_had_by_itself() throws IOException {
        byte[] content = "# one\n---\na: 1\n---\nb:\n  - 2\n".getBytes(StandardCharsets.UTF_8);
        Piece piece = pieces(new ByteArrayInputStream(content), 1000, ANY).get(0);

        assertThat(piece.singles()).extracting(Piece::length).containsExactly(6, 9, 13);
        assertThat(joined(piece.singles())).isEqualTo(content);
        assertThat(told(piece.singles())).containsExactly("1 at 3:1: {\"a\":1}", "2 at 5:1: {\"b\":[2]}");
    }

    @Test
    void a_place_that_is_not_utf8_is_one_of_the_file() throws IOException {
        byte[] content = "a: 1\n---\nb: 2\nc: \u00e9\n---\nd: 3\n".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(told(pieces(new ByteArrayInputStream(content), 1, ANY)))
                .containsExactly(
                        "1 at 1:1: {\"a\":1}",
                        "4:4: byte 0xe9 is not UTF-8; save the file as UTF-8",
                        "3 at 6:1: {\"d\":3}");
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int fragments = random.nextInt(30); fragments > 0; fragments--) {
            // Half of them separators, or hardly any document would come out well.
            text.append(FRAGMENTS.get(random.nextBoolean() ? random.nextInt(8) : random.nextInt(FRAGMENTS.size())));
        }
        return text.toString();
    }

    private static List<Piece> pieces(InputStream in, int size, int limit) throws IOException {
        DocumentPieces pieces = new DocumentPieces(in, size, limit);
        List<Piece> all = new ArrayList<>();
        for (Optional<Piece> next = pieces.next(); next.isPresent(); next = pieces.next()) {
            all.add(next.get());
        }
        return all;
    }

    private static byte[] joined(List<Piece> pieces) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        pieces.forEach(piece -> joined.write(piece.buffer(), 0, piece.length()));
        return joined.toByteArray();
    }

    private static List<String> told(List<Piece> pieces) {
        return told(pieces, DocumentLimits.MANIFESTS);
    }

    private static List<String> told(List<Piece> pieces, DocumentLimits limits) {
        List<String> told = new ArrayList<>();
        int before = 0;
        for (Piece piece : pieces) {
            try {
                Documents documents = Documents.of(piece, limits);
                told.addAll(told(documents, before));
                before += documents.count();
            } catch (MalformedDocumentException e) {
                told.add(e.place() + ": " + e.problem());
                before++;
            }
        }
        return told;
    }

    private static List<String> told(Documents documents, int before) {
        List<String> told = new ArrayList<>();
        while (true) {
            try {
                Optional<Document> next = documents.next();
                if (next.isEmpty()) {
                    return told;
                }
                Document document = next.get();
                Located tree = document.tree();
                told.add(before + document.number() + " at " + document.place() + ": " + tree.value());
                told.addAll(tree.fields().entrySet().stream()
                        .filter(field -> !field.getValue().fields().isEmpty())
                        .map(field -> field.getKey() + " at " + field.getValue().place())
                        .collect(Collectors.toList()));
            } catch (MalformedDocumentException e) {
                told.add(e.place() + ": " + e.problem());
            }
        }
    }

    /** Gives a few bytes at a time, as a pipe may. */
    private static final class Dribble extends FilterInputStream {

        private final Random random;

        Dribble(byte[] content, Random random) {
            super(new ByteArrayInputStream(content));
            this.random = random;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            assertThat(length).isPositive();
            return super.read(bytes, offset, 1 + random.nextInt(Math.min(length, 40)));
        }
    }
}
