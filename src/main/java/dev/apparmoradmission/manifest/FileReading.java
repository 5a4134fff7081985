package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.manifest.WorkloadsOfFiles.Reader;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.DocumentPieces.Piece;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.Manifest;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How the workloads of a file are read; by several threads at once.
 *
 * @param standardInput what {@code -} stands for
 * @param work makes something of each workload
 * @param <T> what is made of a workload
 */
record FileReading<T>(InputStream standardInput, Function<WrittenWorkload, T> work) {

    /** kubectl's: where a manifest names no namespace. */
    private static final String DEFAULT_NAMESPACE = "default";

    /** Reads one to its end. */
    void file(ManifestFile file, Reader<T> reader) throws IOException {
        try (OpenManifest open = open(file)) {
            int before = 0;
            for (Optional<Piece> next = open.next(); next.isPresent(); next = open.next()) {
                ManifestPiece piece = ManifestPiece.read(next.get()).behind(before);
                piece(file, piece, reader);
                before = piece.documents();
            }
        } catch (UnreadableInputException e) {
            reader.problem(e.line());
        }
    }

    /** Begins to read one. */
    OpenManifest open(ManifestFile file) throws UnreadableInputException {
        return file.open(standardInput);
    }

    /** Makes something of what was read of a piece, whose documents are counted in the file. */
    void piece(ManifestFile file, ManifestPiece piece, Reader<T> reader) throws IOException {
        for (ManifestPiece.Content content : piece.content()) {
            if (content instanceof ManifestPiece.Understood document) {
                manifests(file, document.number(), document.manifests(), reader);
            } else {
                malformed(file, ((ManifestPiece.Malformed) content).problem(), reader);
            }
        }
    }

    private static void malformed(ManifestFile file, MalformedDocumentException e, Reader<?> reader)
            throws IOException {
        reader.problem(file.path() + ":" + e.place() + ": " + e.problem());
    }

    private void manifests(ManifestFile file, int document, List<Manifest> manifests, Reader<T> reader)
            throws IOException {
        boolean isObject = false;
        for (Manifest manifest : manifests) {
            isObject |= !manifest.object().kind().isEmpty();
            Optional<WrittenWorkload> workload = workload(file, document, manifest);
            if (workload.isPresent()) {
                reader.workload(work.apply(workload.get()));
            }
        }
        if (!isObject && !file.named()) {
            reader.note(
                    Printable.of(file.path()) + ": document " + document + " is not a Kubernetes object: passed over");
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
