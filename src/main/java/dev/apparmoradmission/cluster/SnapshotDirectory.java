package dev.apparmoradmission.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A cluster as a snapshot has kept it: a directory with {@code snapshot.json} and, each a list of the API on pages of their own,
 * {@code nodes/*.json}, {@code inventory/*.json}, {@code namespaces/*.json} and {@code workloads/PLURAL-NUMBER.json}.
 */
public final class SnapshotDirectory implements ObservedCluster {

    /** The file that tells what the directory is. */
    public static final String DESCRIPTION = "snapshot.json";
    /** Where the Nodes are. */
    public static final String NODES = "nodes";
    /** Where the inventory ConfigMaps are. */
    public static final String INVENTORY = "inventory";
    /** Where the Namespaces are; a snapshot whose maker could not list them has no such directory. */
    public static final String NAMESPACES = "namespaces";
    /** Where pods and templates are, each kind on pages of its own. */
    public static final String WORKLOADS = "workloads";

    /** The kind of the description. */
    public static final String KIND = "ClusterSnapshot";
    /** The version of the layout. */
    public static final String API_VERSION = "apparmor-admission.dev/v1alpha1";

    private final Path directory;
    private final String server;
    private final Instant takenAt;
    private final List<String> notRead;
    private final JsonFactory json = new JsonFactory();

    private SnapshotDirectory(Path directory, String server, Instant takenAt, List<String> notRead) {
        this.directory = directory;
        this.server = server;
        this.takenAt = takenAt;
        this.notRead = List.copyOf(notRead);
    }

    /**
     * Opens a snapshot: reads its description.
     *
     * @throws UnreadableInputException with one line, where it is none
     */
    public static SnapshotDirectory open(Path directory) throws UnreadableInputException {
        Path file = directory.resolve(DESCRIPTION);
        if (!Files.isRegularFile(file)) {
            throw new UnreadableInputException(
                    directory.toString(), "is no snapshot: it has no " + DESCRIPTION + "; make one with snapshot");
        }
        try {
            Optional<Document> document =
                    Documents.of(InputFile.read(file), DocumentLimits.POLICIES).next();
            if (document.isEmpty()) {
                throw new UnreadableInputException(file.toString(), "is empty; take the snapshot again");
            }
            Located root = document.get().tree();
            String version = text(root, "apiVersion");
            if (!text(root, "kind").equals(KIND) || !version.equals(API_VERSION)) {
                throw new UnreadableInputException(
                        file.toString(), "is no " + KIND + " of " + API_VERSION + "; make one with snapshot");
            }
            List<String> notRead = new ArrayList<>();
            for (Located line : root.field("notRead").map(Located::items).orElse(List.of())) {
                notRead.add(line.value().asText());
            }
            return new SnapshotDirectory(
                    directory, text(root, "server"), Instant.parse(text(root, "takenAt")), notRead);
        } catch (MalformedDocumentException e) {
            throw InputFile.malformed(file, e);
        } catch (DateTimeParseException e) {
            throw new UnreadableInputException(
                    file.toString(), "takenAt is not an RFC 3339 instant such as 2026-11-22T19:00:00Z");
        }
    }

    private static String text(Located object, String field) {
        return object.field(field).map(found -> found.value().asText()).orElse("");
    }

    @Override
    public String server() {
        return server;
    }

    @Override
    public Optional<Instant> takenAt() {
        return Optional.of(takenAt);
    }

    @Override
    public ClusterFiles.View view(InventoryReader reader, Consumer<String> unread) throws UnreadableInputException {
        List<Path> nodes = pages(NODES, "");
        if (nodes.isEmpty()) {
            throw new UnreadableInputException(
                    directory.resolve(NODES).toString(), "has no list of Nodes; take the snapshot again");
        }
        notRead.forEach(unread);
        return new ClusterFiles(pages(INVENTORY, ""), nodes, pages(NAMESPACES, ""))
                .read(reader, TransientTaints.WELL_KNOWN);
    }

    @Override
    public void workloads(List<String> namespaces, List<WorkloadKind> kinds, ListedWorkloads.Reader reader)
            throws IOException {
        Set<String> wanted = Set.copyOf(namespaces);
        for (WorkloadKind kind : kinds) {
            for (Path page : pages(WORKLOADS, ListedWorkloads.plural(kind) + "-")) {
                Optional<ManifestObject> list = Optional.empty();
                try {
                    list = Optional.of(list(page));
                } catch (IOException unreadable) {
                    reader.unread(
                            unreadable instanceof UnreadableInputException told
                                    ? told.line()
                                    : page + ": " + KubectlCluster.reason(unreadable));
                }
                for (ManifestObject item : list.map(ManifestObject::items).orElse(List.of())) {
                    if ((wanted.isEmpty() || wanted.contains(item.namespace()))
                            && !ListedWorkloads.isKept(kind, item)) {
                        reader.workload(kind, item);
                    }
                }
            }
        }
    }

    private ManifestObject list(Path page) throws IOException {
        try (JsonParser parser = json.createParser(InputFile.read(page))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnreadableInputException(page.toString(), "is no list of the API; take the snapshot again");
            }
            return WorkloadReader.read(parser);
        }
    }

    /** The pages of a list, in the order in which they were taken. */
    private List<Path> pages(String below, String prefix) throws UnreadableInputException {
        Path parent = directory.resolve(below);
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(parent)) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(prefix) && name.endsWith(".json");
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UnreadableInputException(parent.toString(), InputFile.describe(e));
        }
    }

    @Override
    public void close() {
        // Each file is closed when it has been read.
    }
}
