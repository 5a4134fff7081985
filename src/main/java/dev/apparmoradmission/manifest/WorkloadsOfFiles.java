package dev.apparmoradmission.manifest;

import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads the workloads of files. What cannot be read is told, and the rest is read all the same. What comes of it comes in the
 * order of the files and of what stands in them, however many are read at once.
 */
public final class WorkloadsOfFiles {

    /**
     * Who takes what is read; on the thread that asked for it.
     *
     * @param <T> what is made of a workload
     */
    public interface Reader<T> {
        /** Takes what was made of a workload. */
        void workload(T workload) throws IOException;

        /** Takes a line about what cannot be read. */
        void problem(String line) throws IOException;

        /** Takes a remark about what was passed over. */
        void note(String line) throws IOException;

        /**
         * Learns how far it is.
         *
         * @param number the file that comes next, counted from 1
         * @param of how many there are
         */
        default void file(int number, int of) {}
    }

    private WorkloadsOfFiles() {}

    /**
     * Reads them.
     *
     * @param paths files, directories, or {@code -} for standard input
     * @param excluded globs of what is left out of directories
     * @param standardInput what {@code -} stands for
     * @param work makes something of each workload, such as a judgement; by several threads at once
     * @param reader takes it
     * @throws IOException where the reader throws it
     */
    public static <T> void read(
            List<String> paths,
            List<PathMatcher> excluded,
            InputStream standardInput,
            Function<WrittenWorkload, T> work,
            Reader<T> reader)
            throws IOException {
        read(paths, excluded, standardInput, work, reader, Runtime.getRuntime().availableProcessors());
    }

    static <T> void read(
            List<String> paths,
            List<PathMatcher> excluded,
            InputStream standardInput,
            Function<WrittenWorkload, T> work,
            Reader<T> reader,
            int threads)
            throws IOException {
        List<String> unreadable = new ArrayList<>();
        List<ManifestFile> files = ManifestFiles.find(paths, excluded, unreadable::add);
        for (String line : unreadable) {
            reader.problem(line);
        }
        new ReadAhead<>(new FileReading<>(standardInput, work), reader, threads).read(files);
    }

    /**
     * Reads those of one file that was read before, as a whole.
     *
     * @param content what it holds
     * @param reader takes them
     * @throws IOException where the reader throws it
     */
    public static void read(ManifestFile file, byte[] content, Reader<WrittenWorkload> reader) throws IOException {
        new FileReading<>(InputStream.nullInputStream(), Function.<WrittenWorkload>identity())
                .piece(file, ManifestPiece.whole(content), reader);
    }
}
