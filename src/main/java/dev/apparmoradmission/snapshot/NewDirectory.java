package dev.apparmoradmission.snapshot;

import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.cluster.SnapshotDescription;
import dev.apparmoradmission.cluster.SnapshotDirectory;
import dev.apparmoradmission.cluster.UnreadableInputException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * A directory that is written beside the place it goes to, and appears there whole or not at all. Only its owner can read it:
 * which namespaces, images and profiles there are is nobody else's business.
 */
final class NewDirectory implements AutoCloseable {

    private final Path target;
    private final Path draft;
    private final Thread onExit;

    private NewDirectory(Path target, Path draft) {
        this.target = target;
        this.draft = draft;
        // Ctrl-C ends the process without closing anything.
        this.onExit = new Thread(() -> delete(draft), "remove half a snapshot");
    }

    /**
     * Begins one.
     *
     * @param target where it goes; must be absent, empty or, with {@code replace}, a snapshot
     * @throws UnreadableInputException with one line, where it cannot go there
     */
    static NewDirectory begin(Path target, boolean replace) throws UnreadableInputException {
        Path absolute = target.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new UnreadableInputException(
                    target.toString(), "there is no directory to make it in; make that first");
        }
        refuse(target, absolute, replace);
        try {
            Path draft = Files.createTempDirectory(
                    parent, "." + absolute.getFileName() + "-", ownersOnly(parent, "rwx------"));
            NewDirectory begun = new NewDirectory(absolute, draft);
            Runtime.getRuntime().addShutdownHook(begun.onExit);
            return begun;
        } catch (IOException e) {
            throw new UnreadableInputException(target.toString(), "cannot be written: " + e.getMessage());
        }
    }

    private static void refuse(Path shown, Path target, boolean replace) throws UnreadableInputException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnreadableInputException(shown.toString(), "is there, and is no directory; name another");
        }
        boolean empty;
        try (Stream<Path> files = Files.list(target)) {
            empty = files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UnreadableInputException(shown.toString(), InputFile.describe(e));
        }
        if (empty) {
            return;
        }
        if (!Files.exists(target.resolve(SnapshotDescription.FILE))) {
            throw new UnreadableInputException(shown.toString(), "is there, and is no snapshot; name another");
        }
        if (!replace) {
            throw new UnreadableInputException(shown.toString(), "is a snapshot already; give --force to replace it");
        }
        // What it holds is taken away with it: that must be nothing but a snapshot.
        SnapshotDirectory.open(target).close();
    }

    /** Opens a file to write it anew; directories above it are made. */
    OutputStream open(String name) throws IOException {
        Path file = draft.resolve(name);
        Path parent = file.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectory(parent, ownersOnly(draft, "rwx------"));
        }
        Files.deleteIfExists(file);
        Files.createFile(file, ownersOnly(draft, "rw-------"));
        return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.WRITE));
    }

    /** Takes a file away. */
    void remove(String name) throws IOException {
        Files.deleteIfExists(draft.resolve(name));
    }

    /** All is written: it appears where it goes, and what was there is gone. */
    void finish() throws IOException {
        Path old = draft.resolveSibling(draft.getFileName() + ".old");
        boolean replaced = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        if (replaced) {
            Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (replaced) {
                Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
            }
            throw e;
        }
        delete(old);
    }

    /** Takes away what was not finished. */
    @Override
    public void close() {
        delete(draft);
        try {
            Runtime.getRuntime().removeShutdownHook(onExit);
        } catch (IllegalStateException ending) {
            // It runs already.
        }
    }

    private static FileAttribute<?>[] ownersOnly(Path where, String permissions) throws IOException {
        boolean posix = Files.getFileStore(where).supportsFileAttributeView("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path done, IOException problem) throws IOException {
                    Files.delete(done);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException gone) {
            // Never made, or moved to its place.
        }
    }
}
