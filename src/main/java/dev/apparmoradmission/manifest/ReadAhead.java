package dev.apparmoradmission.manifest;

import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.manifest.WorkloadsOfFiles.Reader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads files several at a time, and hands on what they hold in the order of the files, as if they had been read one after
 * another. What is read ahead is bounded by number and bytes; standard input, pipes and large files are read in their turn, by
 * the caller's thread, document by document.
 *
 * @param <T> what comes of a workload
 */
final class ReadAhead<T> {

    /** Fewer files are read before threads are started. */
    private static final int FEWEST_FILES = 8;

    /** So many files a thread wait to be handed on at most: enough for a thread to go on while a slow file holds up the others. */
    private static final int FILES_PER_THREAD = 8;

    private static final long LARGE = 4 << 20;
    private static final long MOST_BYTES = 4 * LARGE;

    private final OneFile<T> reading;
    private final Reader<T> reader;
    private final int threads;

    /** Reads one file. */
    interface OneFile<T> {
        /** Reads it to its end. */
        void read(ManifestFile file, Reader<T> reader) throws IOException;
    }

    /** A file that is being read. */
    private record Ahead<T>(int number, long bytes, Future<Recorded<T>> content) {}

    /**
     * Prepares it.
     *
     * @param reading how a file is read; by several threads at once
     * @param reader takes what they hold, on the caller's thread
     * @param threads how many files may be read at once
     */
    ReadAhead(OneFile<T> reading, Reader<T> reader, int threads) {
        this.reading = reading;
        this.reader = reader;
        this.threads = threads;
    }

    /** Reads all of them. */
    void read(List<ManifestFile> files) throws IOException {
        if (threads < 2 || files.size() < FEWEST_FILES) {
            for (int i = 0; i < files.size(); i++) {
                reader.file(i + 1, files.size());
                reading.read(files.get(i), reader);
            }
            return;
        }
        ExecutorService pool = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "manifests");
            thread.setDaemon(true);
            return thread;
        });
        try {
            read(files, pool);
        } finally {
            pool.shutdownNow();
        }
    }

    private void read(List<ManifestFile> files, ExecutorService pool) throws IOException {
        Queue<Ahead<T>> window = new ArrayDeque<>();
        long waiting = 0;
        for (int i = 0; i < files.size(); i++) {
            ManifestFile file = files.get(i);
            long bytes = bytes(file);
            boolean inTurn = bytes > LARGE;
            while (!window.isEmpty()
                    && (inTurn || window.size() >= threads * FILES_PER_THREAD || waiting + bytes > MOST_BYTES)) {
                waiting -= window.element().bytes();
                handOn(window.remove(), files.size());
            }
            if (inTurn) {
                reader.file(i + 1, files.size());
                reading.read(file, reader);
            } else {
                waiting += bytes;
                window.add(new Ahead<>(i + 1, bytes, pool.submit(() -> recorded(file))));
            }
        }
        for (Ahead<T> ahead : window) {
            handOn(ahead, files.size());
        }
    }

    private Recorded<T> recorded(ManifestFile file) throws IOException {
        Recorded<T> recorded = new Recorded<>(new ArrayList<>());
        reading.read(file, recorded);
        return recorded;
    }

    private void handOn(Ahead<T> ahead, int of) throws IOException {
        reader.file(ahead.number(), of);
        try {
            for (Told<T> told : ahead.content().get().all()) {
                told.to(reader);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while files were read");
        } catch (ExecutionException e) {
            // As it would have been thrown here; only a fault of ours can be.
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            if (e.getCause() instanceof Error fault) {
                throw fault;
            }
            throw new IOException(e.getCause());
        }
    }

    /** More than any limit for what is no plain file: nobody knows what will come of it, or when. */
    private static long bytes(ManifestFile file) {
        if (file.path().equals(ManifestFiles.STANDARD_INPUT)) {
            return Long.MAX_VALUE;
        }
        Path path = Path.of(file.path());
        try {
            return Files.isRegularFile(path) ? Files.size(path) : Long.MAX_VALUE;
        } catch (IOException gone) {
            return 0;
        }
    }

    /** Something to tell a reader. */
    private interface Told<T> {
        void to(Reader<T> reader) throws IOException;
    }

    /** What a reader would have been told of a file. */
    private record Recorded<T>(List<Told<T>> all) implements Reader<T> {
        @Override
        public void workload(T workload) {
            all.add(reader -> reader.workload(workload));
        }

        @Override
        public void problem(String line) {
            all.add(reader -> reader.problem(line));
        }

        @Override
        public void note(String line) {
            all.add(reader -> reader.note(line));
        }
    }
}
