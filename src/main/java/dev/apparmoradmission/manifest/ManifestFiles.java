package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.cluster.UnreadableInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Finds the manifests that some paths stand for: a file as it is named; of a directory every {@code *.yaml}, {@code *.yml} and
 * {@code *.json} below it, sorted. Names that begin with a dot are left out there, as editors, Git and mounted ConfigMaps use
 * them for copies. Links are followed, and each file is read once, however many ways lead to it.
 */
public final class ManifestFiles {

    /** Standard input among the paths. */
    public static final String STANDARD_INPUT = "-";

    private static final int MOST_DEPTH = 64;

    private final List<ManifestFile> files = new ArrayList<>();
    private final Set<Path> seen = new HashSet<>();
    private final List<PathMatcher> excluded;
    private final Consumer<String> problems;

    /**
     * A file to judge.
     *
     * @param path its path as given, or {@code -}
     * @param named whether it was named itself, not found in a directory
     */
    public record ManifestFile(String path, boolean named) {

        /** Whether it is standard input. */
        public boolean isStandardInput() {
            return path.equals(STANDARD_INPUT);
        }

        /**
         * What it holds.
         *
         * @param standardInput what {@code -} stands for
         * @throws UnreadableInputException where it cannot be read or is too large
         */
        public byte[] content(InputStream standardInput) throws UnreadableInputException {
            return isStandardInput() ? InputFile.read(standardInput, path) : InputFile.read(Path.of(path));
        }

        /**
         * Begins to read it piece by piece, however large it is.
         *
         * @param standardInput what {@code -} stands for
         * @throws UnreadableInputException where it cannot be read
         */
        OpenManifest open(InputStream standardInput) throws UnreadableInputException {
            try {
                return new OpenManifest(path, isStandardInput() ? standardInput : Files.newInputStream(Path.of(path)));
            } catch (IOException e) {
                throw new UnreadableInputException(path, InputFile.describe(e));
            }
        }
    }

    private ManifestFiles(List<PathMatcher> excluded, Consumer<String> problems) {
        this.excluded = excluded;
        this.problems = problems;
    }

    /**
     * Finds them.
     *
     * @param paths what was given
     * @param excluded globs of what is left out of directories: of paths from there, or of bare names
     * @param problems takes a line for each path that cannot be read
     */
    public static List<ManifestFile> find(List<String> paths, List<PathMatcher> excluded, Consumer<String> problems) {
        ManifestFiles search = new ManifestFiles(excluded, problems);
        for (String path : paths) {
            if (path.equals(STANDARD_INPUT)) {
                if (search.files.stream().noneMatch(file -> file.path().equals(STANDARD_INPUT))) {
                    search.files.add(new ManifestFile(STANDARD_INPUT, true));
                }
                continue;
            }
            search.named(path);
        }
        return search.files;
    }

    private void named(String text) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            problems.accept(text + ": not a path");
            return;
        }
        try {
            if (Files.isDirectory(path)) {
                directory(path, path, 0);
            } else if (Files.isRegularFile(path)) {
                file(path, true);
            } else {
                // A pipe or a process substitution; or nothing, which reading it will tell.
                files.add(new ManifestFile(text, true));
            }
        } catch (IOException e) {
            problems.accept(path + ": " + InputFile.describe(e));
        }
    }

    private void directory(Path root, Path directory, int depth) throws IOException {
        if (!seen.add(directory.toRealPath())) {
            return;
        }
        if (depth > MOST_DEPTH) {
            problems.accept(directory + ": directories nested more than " + MOST_DEPTH + " deep");
            return;
        }
        List<Path> entries;
        try (Stream<Path> listed = Files.list(directory)) {
            entries = listed.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
        for (Path entry : entries) {
            try {
                if (isExcluded(root, entry)) {
                    continue;
                }
                if (Files.isDirectory(entry)) {
                    directory(root, entry, depth + 1);
                } else if (isManifest(entry.getFileName().toString())) {
                    file(entry, false);
                }
            } catch (IOException e) {
                problems.accept(entry + ": " + InputFile.describe(e));
            }
        }
    }

    private void file(Path file, boolean named) throws IOException {
        if (seen.add(file.toRealPath())) {
            files.add(new ManifestFile(file.toString(), named));
        }
    }

    private boolean isExcluded(Path root, Path entry) {
        Path relative = root.relativize(entry);
        return excluded.stream().anyMatch(glob -> glob.matches(relative) || glob.matches(entry.getFileName()));
    }

    private static boolean isManifest(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }
}
