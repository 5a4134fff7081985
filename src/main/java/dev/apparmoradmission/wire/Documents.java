package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one file: YAML, JSON, or several of them separated by {@code ---}, as kubectl reads them. A document that
 * is malformed does not take the following ones with it.
 *
 * <pre>{@code
 * Documents documents = Documents.of(bytes, DocumentLimits.MANIFESTS);
 * while (true) {
 *     try {
 *         Optional<Document> document = documents.next();
 *         if (document.isEmpty()) break;
 *         … document.get().parser() or .tokens() or .tree()
 *     } catch (MalformedDocumentException e) {
 *         … report e.place() and e.problem(), and go on
 *     }
 * }
 * }</pre>
 */
public final class Documents {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final String text;
    private final DocumentLimits limits;

    private int at;
    private int line;
    private int number;
    private @Nullable YamlEvents yaml;
    private @Nullable JsonParser json;
    private @Nullable JsonDocumentParser jsonDocument;
    private Part jsonPart = new Part("", 0, 0);

    private Documents(String text, int linesBefore, DocumentLimits limits) {
        this.text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        this.line = linesBefore;
        this.limits = limits;
    }

    /**
     * Takes the content of a file.
     *
     * @throws MalformedDocumentException when it is too large or not UTF-8
     */
    public static Documents of(byte[] content, DocumentLimits limits) throws MalformedDocumentException {
        if (content.length > limits.maxBytes()) {
            throw new MalformedDocumentException(
                    Place.START, content.length + " bytes; at most " + limits.maxBytes() + " are read");
        }
        return new Documents(decode(content, content.length, 0), 0, limits);
    }

    /**
     * Takes a piece of a file. Lines are counted in the file; documents and characters in the piece.
     *
     * @throws MalformedDocumentException when it is a document that is too large, or not UTF-8
     */
    public static Documents of(DocumentPieces.Piece piece, DocumentLimits limits) throws MalformedDocumentException {
        if (piece.isTooLarge()) {
            throw new MalformedDocumentException(
                    new Place(piece.linesBefore() + 1, 1),
                    "more than " + limits.maxBytes() + " bytes in one document; split it");
        }
        return new Documents(decode(piece.buffer(), piece.length(), piece.linesBefore()), piece.linesBefore(), limits);
    }

    /** The text of the file, without a byte order mark: what places in characters are counted in. */
    public String text() {
        return text;
    }

    /** How many documents there have been, malformed ones included. */
    public int count() {
        return number;
    }

    /**
     * The next document that holds anything; empty at the end of the file.
     *
     * @throws MalformedDocumentException when the next document is malformed; calling again goes on with the one after it
     */
    public Optional<Document> next() throws MalformedDocumentException {
        while (true) {
            Optional<Document> found = json != null ? nextJson(json) : yaml != null ? nextYaml(yaml) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
            if (at >= text.length()) {
                return Optional.empty();
            }
            openPart();
        }
    }

    /** The text up to the next line that begins with {@code ---}: nothing but a separator may stand there in YAML. */
    private void openPart() throws MalformedDocumentException {
        int linesBefore = line;
        int start = at;
        int end = start;
        do {
            int newline = text.indexOf('\n', end);
            end = newline < 0 ? text.length() : newline + 1;
            line++;
        } while (end < text.length() && !isSeparator(end));
        at = end;
        int content = start;
        int contentLine = linesBefore;
        if (isSeparator(start)) {
            int newline = text.indexOf('\n', start);
            boolean bare =
                    text.substring(start + 3, newline < 0 ? end : newline).isBlank();
            if (bare && newline >= 0 && newline < end) {
                content = newline + 1;
                contentLine++;
            }
        }
        Part part = new Part(text.substring(content, end), contentLine, content);
        if (looksLikeJson(part.text())) {
            openJson(part);
        } else if (!part.text().isBlank()) {
            yaml = new YamlEvents(part, limits);
        }
    }

    private boolean isSeparator(int lineStart) {
        if (!text.startsWith("---", lineStart)) {
            return false;
        }
        return lineStart + 3 == text.length() || " \t\r\n".indexOf(text.charAt(lineStart + 3)) >= 0;
    }

    private Optional<Document> nextYaml(YamlEvents events) throws MalformedDocumentException {
        // What follows an error in the same part cannot be trusted: it is given up unless all went well.
        yaml = null;
        try {
            while (events.nextDocument()) {
                YamlParser parser = new YamlParser(events, limits);
                if (!parser.isEmpty()) {
                    parser.nextToken();
                    yaml = events;
                    return Optional.of(new Document(++number, parser.place(), parser));
                }
            }
            return Optional.empty();
        } catch (MalformedDocumentException e) {
            number++;
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("reading memory failed", e);
        }
    }

    // ---- JSON

    /**
     * JSON is read as JSON, for YAML refuses the tabs that may indent it. It is read through once to know that it is: what only
     * looks like it goes to the YAML parser, as with kubectl.
     */
    private void openJson(Part part) throws MalformedDocumentException {
        try (JsonParser parser = JSON.createParser(part.text())) {
            verify(parser, part.linesBefore());
        } catch (JsonProcessingException e) {
            YamlEvents events = new YamlEvents(part, limits);
            if (isYaml(part)) {
                yaml = events;
                return;
            }
            number++;
            throw new MalformedDocumentException(
                    new Place(
                            part.linesBefore() + Math.max(1, e.getLocation().getLineNr()),
                            Math.max(1, e.getLocation().getColumnNr())),
                    e.getOriginalMessage());
        } catch (MalformedDocumentException e) {
            number++;
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("reading memory failed", e);
        }
        try {
            json = JSON.createParser(part.text());
            jsonPart = part;
        } catch (IOException e) {
            throw new IllegalStateException("reading memory failed", e);
        }
    }

    private void verify(JsonParser parser, int linesBefore) throws IOException {
        int depth = 0;
        int values = 0;
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            values = depth == 0 ? 1 : values + 1;
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth > limits.maxDepth() || values > limits.maxValues()) {
                Place place = new Place(
                        linesBefore + parser.currentTokenLocation().getLineNr(),
                        parser.currentTokenLocation().getColumnNr());
                throw new MalformedDocumentException(
                        place,
                        depth > limits.maxDepth()
                                ? "nested more than " + limits.maxDepth() + " deep"
                                : "more than " + limits.maxValues() + " values in one document; split it");
            }
        }
    }

    private boolean isYaml(Part part) {
        try {
            YamlEvents events = new YamlEvents(part, limits);
            while (events.nextDocument()) {
                YamlParser parser = new YamlParser(events, limits);
                while (parser.nextToken() != null) {
                    // Only to see that it can be read to the end.
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<Document> nextJson(JsonParser parser) {
        try {
            if (jsonDocument != null) {
                while (jsonDocument.nextToken() != null) {
                    // What is left of a document that nobody wanted to the end.
                }
                jsonDocument = null;
            }
            JsonToken token = parser.nextToken();
            while (token == JsonToken.VALUE_NULL) {
                token = parser.nextToken();
            }
            if (token == null) {
                json = null;
                return Optional.empty();
            }
            JsonDocumentParser document = new JsonDocumentParser(parser, jsonPart);
            jsonDocument = document;
            return Optional.of(new Document(++number, Located.place(document), document));
        } catch (IOException e) {
            throw new IllegalStateException("JSON that was read before cannot be read again", e);
        }
    }

    private static boolean looksLikeJson(String part) {
        int first = next(part, 0);
        if (first < 0) {
            return false;
        }
        int second = next(part, first + 1);
        char inside = second < 0 ? ' ' : part.charAt(second);
        return (part.charAt(first) == '{' && (inside == '"' || inside == '}'))
                || (part.charAt(first) == '[' && "{[\"]".indexOf(inside) >= 0);
    }

    private static int next(String part, int from) {
        for (int i = from; i < part.length(); i++) {
            if (" \t\r\n".indexOf(part.charAt(i)) < 0) {
                return i;
            }
        }
        return -1;
    }

    // ---- characters

    private static String decode(byte[] content, int length, int linesBefore) throws MalformedDocumentException {
        // The constructor of String is the fast way, and replaces what it cannot read; look closer only then.
        String text = new String(content, 0, length, StandardCharsets.UTF_8);
        return text.indexOf('\uFFFD') < 0 ? text : decodeStrictly(content, length, linesBefore);
    }

    private static String decodeStrictly(byte[] content, int length, int linesBefore)
            throws MalformedDocumentException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer chars = CharBuffer.allocate(length);
        ByteBuffer bytes = ByteBuffer.wrap(content, 0, length);
        CoderResult result = decoder.decode(bytes, chars, true);
        if (result.isError()) {
            String before = chars.flip().toString();
            int lineStart = before.lastIndexOf('\n') + 1;
            long lines = before.chars().filter(c -> c == '\n').count();
            int column = before.codePointCount(lineStart, before.length()) + 1;
            throw new MalformedDocumentException(
                    new Place(linesBefore + (int) lines + 1, column),
                    String.format("byte 0x%02x is not UTF-8; save the file as UTF-8", bytes.get(bytes.position())));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedDocumentException(Place.START, "not UTF-8");
        }
    }
}
