package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.InputFile;
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
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the workloads of files, one document after another. What cannot be read is told, and the rest is read all the same.
 */
public final class WorkloadsOfFiles {

    /** kubectl's: where a manifest names no namespace. */
    private static final String DEFAULT_NAMESPACE = "default";

    private final InputStream standardInput;
    private final Reader reader;

    /** Who takes what is read. */
    public interface Reader {
        /** Takes a workload. */
        void workload(WrittenWorkload workload) throws IOException;

        /** Takes a line about what cannot be read. */
        void problem(String line) throws IOException;

        /** Takes a remark about what was passed over. */
        void note(String line) throws IOException;
    }

    private WorkloadsOfFiles(InputStream standardInput, Reader reader) {
        this.standardInput = standardInput;
        this.reader = reader;
    }

    /**
     * Reads them.
     *
     * @param paths files, directories, or {@code -} for standard input
     * @param excluded globs of what is left out of directories
     * @param standardInput what {@code -} stands for
     * @param reader takes them
     * @throws IOException where the reader throws it
     */
    public static void read(List<String> paths, List<PathMatcher> excluded, InputStream standardInput, Reader reader)
            throws IOException {
        List<String> unreadable = new ArrayList<>();
        List<ManifestFile> files = ManifestFiles.find(paths, excluded, unreadable::add);
        for (String line : unreadable) {
            reader.problem(line);
        }
        WorkloadsOfFiles reading = new WorkloadsOfFiles(standardInput, reader);
        for (ManifestFile file : files) {
            reading.file(file);
        }
    }

    private void file(ManifestFile file) throws IOException {
        byte[] content;
        try {
            content = file.path().equals(ManifestFiles.STANDARD_INPUT)
                    ? InputFile.read(standardInput, file.path())
                    : InputFile.read(Path.of(file.path()));
        } catch (UnreadableInputException e) {
            reader.problem(e.line());
            return;
        }
        try {
            documents(file, Documents.of(content, DocumentLimits.MANIFESTS));
        } catch (MalformedDocumentException e) {
            malformed(file, e);
        }
    }

    private void documents(ManifestFile file, Documents documents) throws IOException {
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
                malformed(file, e);
                continue;
            }
            manifests(file, document.get(), manifests);
        }
    }

    private void malformed(ManifestFile file, MalformedDocumentException e) throws IOException {
        reader.problem(file.path() + ":" + e.place() + ": " + e.problem());
    }

    private void manifests(ManifestFile file, Document document, List<Manifest> manifests) throws IOException {
        boolean isObject = false;
        for (Manifest manifest : manifests) {
            isObject |= !manifest.object().kind().isEmpty();
            Optional<WrittenWorkload> workload = workload(file, document.number(), manifest);
            if (workload.isPresent()) {
                reader.workload(workload.get());
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
