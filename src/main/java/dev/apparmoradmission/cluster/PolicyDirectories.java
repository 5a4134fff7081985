package dev.apparmoradmission.cluster;

import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyProblem;
import dev.apparmoradmission.wire.PolicyReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The policy files below some paths: every {@code *.yaml}, {@code *.yml} and {@code *.json} of a directory and of those in
 * it, or one file. Symbolic links are followed. A {@code kustomization.yaml} is none. Names that begin with a dot are left out: in a mounted ConfigMap they
 * hold the same files a second time, elsewhere what editors and Git leave behind. May be used by one thread at a time.
 */
public final class PolicyDirectories {

    /** Kustomize's own file, which has to stand beside the policies that it makes a ConfigMap of. */
    private static final Set<String> KUSTOMIZATIONS = Set.of("kustomization.yaml", "kustomization.yml");

    private static final int MOST_FILES = 1000;
    private static final long MOST_BYTES = 64L * 1024 * 1024;
    private static final int MOST_DEPTH = 16;

    private final List<Path> paths;
    private final PolicyReader reader = new PolicyReader(new PolicySchemas());

    /** Files and directories; all of them together are one set. */
    public PolicyDirectories(List<Path> paths) {
        this.paths = List.copyOf(paths);
    }

    /**
     * What was found on disk.
     *
     * @param files the files, read
     * @param problems what could not be read
     */
    public record Found(List<PolicyFile> files, List<PolicyProblem> problems) {
        /** Copies the lists. */
        public Found {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
        }
    }

    /** Reads the files and what they say. */
    public PolicyReading read() {
        return read(find().content());
    }

    /**
     * Reads the files, and documents that are written out in another one.
     *
     * @param written the documents
     * @param file where they are written out
     */
    public PolicyReading readWith(List<Located> written, String file) {
        Found found = find().content();
        return found.problems().isEmpty()
                ? reader.read(found.files(), written, file)
                : new PolicyReading.Refused(found.problems());
    }

    /** Reads the files, whatever they say. */
    public Found found() {
        return find().content();
    }

    /** What the files found say. */
    PolicyReading read(Found found) {
        if (!found.problems().isEmpty()) {
            // Without the missing file the others would be another policy; say what they lack as well, at once.
            List<PolicyProblem> problems = new ArrayList<>(found.problems());
            if (!found.files().isEmpty()
                    && reader.read(found.files(), origin()) instanceof PolicyReading.Refused refused) {
                problems.addAll(refused.problems());
            }
            return new PolicyReading.Refused(problems);
        }
        return reader.read(found.files(), origin());
    }

    private String origin() {
        return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    /** Reads the files. */
    ContentWatch.Seen<Found> find() {
        Search search = new Search();
        for (Path path : paths) {
            search.root(path);
        }
        return search.seen();
    }

    private static final class Search {

        private final List<PolicyFile> files = new ArrayList<>();
        private final List<PolicyProblem> problems = new ArrayList<>();
        private final Set<Path> directories = new HashSet<>();
        private final Set<Path> visited = new HashSet<>();
        private long bytes;

        void root(Path path) {
            // A file is replaced, and a link to a directory is turned, in the directory around it.
            if (!Files.isDirectory(path) || Files.isSymbolicLink(path)) {
                Path parent = path.toAbsolutePath().getParent();
                if (parent != null) {
                    directories.add(parent);
                }
            }
            try {
                if (Files.isDirectory(path)) {
                    directory(path, 0);
                } else {
                    file(path);
                }
            } catch (IOException e) {
                unreadable(path, e);
            }
        }

        private void directory(Path directory, int depth) throws IOException {
            Path real = directory.toRealPath();
            directories.add(real);
            if (!visited.add(real)) {
                return;
            }
            if (depth > MOST_DEPTH) {
                problem(directory, "directories nested more than " + MOST_DEPTH + " deep");
                return;
            }
            List<Path> entries;
            try (Stream<Path> list = Files.list(directory)) {
                entries = list.filter(entry -> !entry.getFileName().toString().startsWith("."))
                        .sorted()
                        .toList();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            for (Path entry : entries) {
                try {
                    if (Files.isDirectory(entry)) {
                        directory(entry, depth + 1);
                    } else if (isPolicy(entry.getFileName().toString())) {
                        file(entry);
                    }
                } catch (IOException e) {
                    unreadable(entry, e);
                }
            }
        }

        private void file(Path file) throws IOException {
            if (!visited.add(file.toRealPath())) {
                return;
            }
            if (!Files.isRegularFile(file)) {
                problem(file, "is neither a file nor a directory");
                return;
            }
            long size = Files.size(file);
            int most = DocumentLimits.POLICIES.maxBytes();
            if (size > most) {
                problem(file, size + " bytes; at most " + most + " are read");
                return;
            }
            bytes += size;
            if (files.size() == MOST_FILES || bytes > MOST_BYTES) {
                problem(file, "more than " + MOST_FILES + " files or " + MOST_BYTES + " bytes of policies");
                return;
            }
            try (InputStream in = Files.newInputStream(file)) {
                // One byte more than allowed, so that a file that grows meanwhile is refused as well.
                files.add(new PolicyFile(file.toString(), in.readNBytes(most + 1)));
            }
        }

        private static boolean isPolicy(String name) {
            return (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))
                    && !name.endsWith(".schema.json")
                    && !KUSTOMIZATIONS.contains(name);
        }

        private void unreadable(Path path, IOException e) {
            problem(path, InputFile.describe(e));
        }

        private void problem(Path path, String problem) {
            if (problems.size() < MOST_FILES) {
                problems.add(new PolicyProblem(path.toString(), Place.START, "", problem));
            }
        }

        ContentWatch.Seen<Found> seen() {
            MessageDigest digest = sha256();
            for (PolicyFile file : files) {
                digest.update(file.name().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(sha256().digest(file.content()));
            }
            for (PolicyProblem problem : problems) {
                digest.update(problem.toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 1);
            }
            String fingerprint = HexFormat.of().formatHex(digest.digest());
            return new ContentWatch.Seen<>(new Found(files, problems), fingerprint, directories);
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }
}
