package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;

/**
 * One document of a file, to be read once and before the next one is asked for.
 *
 * @param number counted from 1 over the documents that hold anything
 * @param place where its content begins
 * @param parser its tokens, the first one being current; exceptions are {@link MalformedDocumentException}s
 */
public record Document(int number, Place place, JsonParser parser) {

    /**
     * The whole document as tokens, read to its end, so that it is known to be well-formed before anybody looks at it.
     *
     * @throws MalformedDocumentException where it is not
     */
    public TokenBuffer tokens() throws MalformedDocumentException {
        TokenBuffer buffer = new TokenBuffer(parser, null);
        reading(() -> {
            buffer.copyCurrentStructure(parser);
            return buffer;
        });
        return buffer;
    }

    /**
     * The whole document as a tree that knows where each value stands.
     *
     * @throws MalformedDocumentException where it is not well-formed
     */
    public Located tree() throws MalformedDocumentException {
        return reading(() -> Located.read(parser));
    }

    /**
     * The whole document as a tree that knows what characters of the file each value takes.
     *
     * @throws MalformedDocumentException where it is not well-formed
     */
    public SourceNode source() throws MalformedDocumentException {
        return reading(() -> SourceNode.read(parser));
    }

    private <T> T reading(Reading<T> reading) throws MalformedDocumentException {
        try {
            return reading.read();
        } catch (MalformedDocumentException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new MalformedDocumentException(Located.place(parser), e.getOriginalMessage());
        } catch (IOException e) {
            // The text is in memory: only its form can fail.
            throw new MalformedDocumentException(Located.place(parser), String.valueOf(e.getMessage()));
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }
}
