package dev.apparmoradmission.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * One file whose content is watched. Time, size and identity of the file that the path leads to (through symbolic links, as
 * in a mounted ConfigMap) only save reading it again: the nodes of a large cluster are many megabytes. Used by one thread.
 */
final class WatchedFile {

    /** Clocks of file systems are coarse: a file changed this recently may change again under the same time. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private record Stamp(FileTime modified, long size, Optional<Object> identity) {
        static Stamp of(Path file) throws IOException {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime(), attributes.size(), Optional.ofNullable(attributes.fileKey()));
        }
    }

    private final Path path;
    private final Clock clock;
    private Optional<Stamp> stamp = Optional.empty();
    private String fingerprint = "";

    WatchedFile(Path path, Clock clock) {
        this.path = path;
        this.clock = clock;
    }

    /** Differs when the content does, or the reason why there is none. */
    String fingerprint() {
        try {
            Stamp now = Stamp.of(path);
            boolean fresh = now.modified().toInstant().isAfter(clock.instant().minus(FRESH));
            if (fresh || stamp.filter(now::equals).isEmpty()) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                fingerprint = HexFormat.of().formatHex(digest.digest(InputFile.read(path)));
                stamp = Optional.of(now);
            }
        } catch (IOException e) {
            stamp = Optional.empty();
            fingerprint = String.valueOf(e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        return fingerprint;
    }

    /** Where a change could show first: around the file, around what it links to, and around a linked directory on the way. */
    Set<Path> directories() {
        Set<Path> directories = new HashSet<>();
        Optional.ofNullable(path.toAbsolutePath().getParent()).ifPresent(directories::add);
        try {
            Optional.ofNullable(path.toRealPath().getParent()).ifPresent(directories::add);
        } catch (IOException e) {
            // It is not there (yet); the directory around it tells when it comes.
        }
        return directories;
    }
}
