package dev.apparmoradmission.fix;

import dev.apparmoradmission.cluster.UnreadableInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Arrays;

/**
 * Gives a file another content at once: nobody ever sees half of it. Permissions, owner and group stay, and links go on leading
 * to it.
 */
final class Replacement {

    private Replacement() {}

    /**
     * Replaces the content.
     *
     * @param path the file, or a link to it
     * @param before what was read from it
     * @throws UnreadableInputException where it has been changed since, is no plain file, or cannot be written
     */
    static void of(Path path, byte[] before, byte[] after) throws UnreadableInputException {
        try {
            Path file = path.toRealPath();
            if (!Files.isRegularFile(file)) {
                throw new UnreadableInputException(path.toString(), "is no plain file: it cannot be changed in place");
            }
            if (!Arrays.equals(Files.readAllBytes(file), before)) {
                throw new UnreadableInputException(
                        path.toString(), "was changed by somebody else meanwhile: run it again");
            }
            replace(file, after);
        } catch (UnreadableInputException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableInputException(path.toString(), "cannot be written: " + e.getMessage());
        }
    }

    private static void replace(Path file, byte[] content) throws IOException {
        if (!Files.isWritable(file)) {
            throw new IOException("permission denied");
        }
        Path directory = file.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(directory, "." + file.getFileName(), ".fix");
        try {
            Files.write(temporary, content);
            if (hasOtherLinks(file) || !takesAfter(temporary, file)) {
                // A new file would part them, or be somebody else's.
                Files.write(file, content, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
                return;
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static boolean hasOtherLinks(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                && Files.getAttribute(file, "unix:nlink") instanceof Integer links
                && links > 1;
    }

    /** Gives the one file the permissions, owner and group of the other; false where that is not allowed. */
    private static boolean takesAfter(Path temporary, Path file) {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        if (view == null) {
            return true;
        }
        try {
            PosixFileAttributes wanted = Files.readAttributes(file, PosixFileAttributes.class);
            PosixFileAttributes given = view.readAttributes();
            if (!given.owner().equals(wanted.owner())) {
                view.setOwner(wanted.owner());
            }
            if (!given.group().equals(wanted.group())) {
                view.setGroup(wanted.group());
            }
            view.setPermissions(wanted.permissions());
            return true;
        } catch (IOException notAllowed) {
            return false;
        }
    }
}
