package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.Manifest;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the workloads of files. What cannot be read is told, and the rest is read all the same. What comes of it comes in the
 * order of the files and of what stands in them, however many are read at once.
 *
 * @param <T> what is made of a workload
 */
public final class WorkloadsOfFiles<T> {

    /** kubectl's: where a manifest names no namespace. */
    private static final String DEFAULT_NAMESPACE = "default";

    private final InputStream standardInput;
    private final Function<WrittenWorkload, T> work;

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

    private WorkloadsOfFiles(InputStream standardInput, Function<WrittenWorkload, T> work) {
        this.standardInput = standardInput;
        this.work = work;
    }

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
        WorkloadsOfFiles<T> reading = new WorkloadsOfFiles<>(standardInput, work);
        new ReadAhead<>(reading::file, reader, threads).read(files);
    }

    /**
     * Reads those of one file that was read before.
     *
     * @param content what it holds
     * @param reader takes them
     * @throws IOException where the reader throws it
     */
    public static void read(ManifestFile file, byte[] content, Reader<WrittenWorkload> reader) throws IOException {
        new WorkloadsOfFiles<>(InputStream.nullInputStream(), Function.<WrittenWorkload>identity())
                .content(file, content, reader);
    }

    private void file(ManifestFile file, Reader<T> reader) throws IOException {
        byte[] content;
        try {
            content = file.content(standardInput);
        } catch (UnreadableInputException e) {
            reader.problem(e.line());
            return;
        }
        content(file, content, reader);
    }

    private void content(ManifestFile file, byte[] content, Reader<T> reader) throws IOException {
        try {
            documents(file, Documents.of(content, DocumentLimits.MANIFESTS), reader);
        } catch (MalformedDocumentException e) {
            malformed(file, e, reader);
        }
    }

    private void documents(ManifestFile file, Documents documents, Reader<T> reader) throws IOException {
        while (true) {
            Optional<Document> document = Optional.empty();
            List<Manifest> manifests = List.of();
            try {
                document = documents.next();
                if (document.isEmpty()) {
                    return;
                }
                manifests = Manifest.read(document.get());
            } catch (MalformedDocumentException e) {
                malformed(file, e, reader);
                continue;
            }
            manifests(file, document.get(), manifests, reader);
        }
    }

    private static void malformed(ManifestFile file, MalformedDocumentException e, Reader<?> reader)
            throws IOException {
        reader.problem(file.path() + ":" + e.place() + ": " + e.problem());
    }

    private void manifests(ManifestFile file, Document document, List<Manifest> manifests, Reader<T> reader)
            throws IOException {
        boolean isObject = false;
        for (Manifest manifest : manifests) {
            isObject |= !manifest.object().kind().isEmpty();
            Optional<WrittenWorkload> workload = workload(file, document.number(), manifest);
            if (workload.isPresent()) {
                reader.workload(work.apply(workload.get()));
            }
        }
        if (!isObject && !file.named()) {
            reader.note(Printable.of(file.path()) + ": document " + document.number()
                    + " is not a Kubernetes object: passed over");
        }
    }

    private static Optional<WrittenWorkload> workload(ManifestFile file, int document, Manifest manifest) {
        ManifestObject object = manifest.object();
        Optional<WorkloadKind> kind = object.workloadKind();
        if (kind.isEmpty()) {
            return Optional.empty();
        }
        String namespace = object.namespace().isEmpty() ? DEFAULT_NAMESPACE : object.namespace();
        Optional<? extends WrittenWorkload.Content> content;
        try {
            Optional<Workload> workload = object.workload(DEFAULT_NAMESPACE);
            content = workload.map(WrittenWorkload.Understood::new);
        } catch (UnreadableWorkloadException e) {
            content = Optional.of(new WrittenWorkload.NotUnderstood(
                    new UnreadableWorkload(kind.get(), namespace, e.path(), e.problem())));
        }
        return content.map(read -> new WrittenWorkload(
                file.path(), document, object.kind(), namespace, object.name(), manifest.places(), read));
    }
}
