package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.manifest.WorkloadsOfFiles.Reader;
import dev.apparmoradmission.wire.DocumentPieces.Piece;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Reads files several at a time, and of large files, pipes and standard input several pieces at a time; hands on what they hold
 * in the order of the files and of what stands in them, as if it had been read one after another. What is read ahead is bounded
 * by number and bytes.
 *
 * @param <T> what comes of a workload
 */
final class ReadAhead<T> {

    /** Fewer files, and fewer pieces of a file, are read before threads are started. */
    private static final int FEWEST = 8;

    /** So many files or pieces a thread wait to be handed on at most: a thread can go on while a slow one holds up the others. */
    private static final int WAITING_PER_THREAD = 8;

    private static final long LARGE = 1 << 20;
    private static final long MOST_BYTES = 16 * LARGE;

    private final FileReading<T> reading;
    private final Reader<T> reader;
    private final int threads;
    private final Queue<Ahead<T>> window = new ArrayDeque<>();
    private long waiting;
    private @Nullable ExecutorService pool;

    /** Something that is being read. */
    private record Ahead<T>(Runnable announced, long bytes, Future<Recorded<T>> content) {}

    /**
     * Prepares it.
     *
     * @param reading how files are read
     * @param reader takes what they hold, on the caller's thread
     * @param threads how many files or pieces may be read at once
     */
    ReadAhead(FileReading<T> reading, Reader<T> reader, int threads) {
        this.reading = reading;
        this.reader = reader;
        this.threads = threads;
    }

    /** Reads all of them. */
    void read(List<ManifestFile> files) throws IOException {
        try {
            for (int i = 0; i < files.size(); i++) {
                int number = i + 1;
                read(files.get(i), () -> reader.file(number, files.size()), files.size() >= FEWEST);
            }
            handOnAll();
        } finally {
            if (pool != null) {
                pool.shutdownNow();
            }
        }
    }

    private void read(ManifestFile file, Runnable announced, boolean oneOfMany) throws IOException {
        long bytes = threads < 2 ? 0 : bytes(file);
        if (bytes > LARGE) {
            handOnAll();
            announced.run();
            pieces(file);
            handOnAll();
        } else if (threads > 1 && oneOfMany) {
            makeRoom(bytes);
            window.add(new Ahead<>(
                    announced,
                    bytes,
                    CompletableFuture.supplyAsync(() -> recorded(told -> reading.file(file, told)), pool())));
        } else {
            announced.run();
            reading.file(file, reader);
        }
    }

    private void pieces(ManifestFile file) throws IOException {
        try (OpenManifest open = reading.open(file)) {
            CompletableFuture<Integer> before = CompletableFuture.completedFuture(0);
            int number = 0;
            for (Optional<Piece> next = open.next(); next.isPresent(); next = open.next()) {
                Piece piece = next.get();
                Executor executor = ++number < FEWEST ? Runnable::run : pool();
                makeRoom(piece.length());
                CompletableFuture<ManifestPiece> read =
                        CompletableFuture.supplyAsync(() -> ManifestPiece.read(piece), executor);
                CompletableFuture<Recorded<T>> content = read.thenCombineAsync(
                        before,
                        (documents, count) -> recorded(told -> reading.piece(file, documents.behind(count), told)),
                        executor);
                before = read.thenCombine(before, (documents, count) -> count + documents.documents());
                window.add(new Ahead<>(() -> {}, piece.length(), content));
                while (!window.isEmpty() && window.element().content().isDone()) {
                    handOn();
                }
            }
        } catch (UnreadableInputException e) {
            handOnAll();
            reader.problem(e.line());
        }
    }

    private ExecutorService pool() {
        ExecutorService started = pool;
        if (started == null) {
            started = Executors.newFixedThreadPool(threads, work -> {
                Thread thread = new Thread(work, "manifests");
                thread.setDaemon(true);
                return thread;
            });
            pool = started;
        }
        return started;
    }

    private void makeRoom(long bytes) throws IOException {
        while (!window.isEmpty() && (window.size() >= threads * WAITING_PER_THREAD || waiting + bytes > MOST_BYTES)) {
            handOn();
        }
        waiting += bytes;
    }

    private void handOnAll() throws IOException {
        while (!window.isEmpty()) {
            handOn();
        }
    }

    private void handOn() throws IOException {
        Ahead<T> ahead = window.remove();
        waiting -= ahead.bytes();
        ahead.announced().run();
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

    private Recorded<T> recorded(Told<T> telling) {
        Recorded<T> recorded = new Recorded<>(new ArrayList<>());
        try {
            telling.to(recorded);
        } catch (IOException impossible) {
            throw new UncheckedIOException("taking notes failed", impossible);
        }
        return recorded;
    }

    /** More than any limit for what is no plain file: nobody knows what will come of it, or when. */
    private static long bytes(ManifestFile file) {
        if (file.isStandardInput()) {
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

    /** What a reader would have been told. */
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
