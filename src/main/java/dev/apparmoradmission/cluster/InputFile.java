package dev.apparmoradmission.cluster;

import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.MalformedDocumentException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files whole and with a bound, and says in one line what is wrong with one that cannot be read. */
public final class InputFile {

    private InputFile() {}

    /**
     * The content of a file; pipes and process substitutions too. What is beyond the limit is not read.
     *
     * @throws UnreadableInputException where it cannot be read or is too large
     */
    public static byte[] read(Path file) throws UnreadableInputException {
        try {
            if (Files.isDirectory(file)) {
                throw new UnreadableInputException(file.toString(), "is a directory; a file is needed here");
            }
            try (InputStream stream = Files.newInputStream(file)) {
                return read(stream, file.toString());
            }
        } catch (UnreadableInputException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableInputException(file.toString(), describe(e));
        }
    }

    /**
     * What comes from a stream.
     *
     * @param name how messages call it
     * @throws UnreadableInputException where it cannot be read or is too large
     */
    public static byte[] read(InputStream stream, String name) throws UnreadableInputException {
        int limit = DocumentLimits.MANIFESTS.maxBytes();
        try {
            byte[] content = stream.readNBytes(limit + 1);
            if (content.length > limit) {
                throw new UnreadableInputException(name, "more than " + limit + " bytes; split it");
            }
            return content;
        } catch (UnreadableInputException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableInputException(name, describe(e));
        }
    }

    /** What is wrong, in words: the JDK's messages repeat the name of the file, or are nothing else. */
    public static String describe(IOException problem) {
        if (problem instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        return problem instanceof AccessDeniedException
                ? "cannot be read: permission denied"
                : "cannot be read: " + problem.getMessage();
    }

    static UnreadableInputException malformed(Path file, MalformedDocumentException problem) {
        return new UnreadableInputException(file + ":" + problem.place(), problem.problem());
    }
}
