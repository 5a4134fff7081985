package dev.apparmoradmission.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.cluster.SnapshotDescription.Pages;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A cluster as a snapshot has kept it: a directory with {@code snapshot.json}, which names all else that is in it, and lists of
 * the API on pages: {@code nodes/00001.json}, {@code inventory/}, {@code namespaces/} and {@code workloads/pods-00001.json}.
 */
public final class SnapshotDirectory implements ObservedCluster {

    /** The names of all lists. */
    static final Set<String> LISTS = Stream.concat(
                    Stream.of(SnapshotDescription.NODES, SnapshotDescription.INVENTORY, SnapshotDescription.NAMESPACES),
                    Arrays.stream(WorkloadKind.values()).map(ApiList::plural))
            .collect(Collectors.toUnmodifiableSet());

    private static final String AGAIN = "; take the snapshot again";

    private final Path directory;
    private final SnapshotDescription description;
    private final JsonFactory json = new JsonFactory();

    private SnapshotDirectory(Path directory, SnapshotDescription description) {
        this.directory = directory;
        this.description = description;
    }

    /**
     * Opens a snapshot: reads its description, and sees that it is whole and nothing else is in it.
     *
     * @throws UnreadableInputException with one line, where that is not so
     */
    public static SnapshotDirectory open(Path directory) throws UnreadableInputException {
        Path file = directory.resolve(SnapshotDescription.FILE);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new UnreadableInputException(
                    directory.toString(),
                    "is no snapshot: it has no " + SnapshotDescription.FILE + "; make one with snapshot");
        }
        SnapshotDirectory snapshot = new SnapshotDirectory(directory, SnapshotDescription.read(file));
        for (String needed : List.of(SnapshotDescription.NODES, SnapshotDescription.INVENTORY)) {
            if (!snapshot.description.lists().containsKey(needed)) {
                throw new UnreadableInputException(file.toString(), "has no list " + needed + AGAIN);
            }
        }
        Set<Path> pages = new HashSet<>();
        for (String list : snapshot.description.lists().keySet()) {
            pages.addAll(snapshot.pages(list));
        }
        for (Path page : pages) {
            if (!Files.isRegularFile(page, LinkOption.NOFOLLOW_LINKS)) {
                throw new UnreadableInputException(page.toString(), "is missing, or is no plain file" + AGAIN);
            }
        }
        pages.add(file);
        snapshot.refuseOthers(directory, pages, true);
        return snapshot;
    }

    /** A page that somebody has put there would be judged or passed over, and either would be taken for the cluster. */
    private void refuseOthers(Path parent, Set<Path> known, boolean top) throws UnreadableInputException {
        List<Path> entries;
        try (Stream<Path> files = Files.list(parent)) {
            entries = files.sorted().toList();
        } catch (IOException e) {
            throw new UnreadableInputException(parent.toString(), InputFile.describe(e));
        }
        for (Path entry : entries) {
            if (top && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                refuseOthers(entry, known, false);
            } else if (!known.contains(entry)
                    && !String.valueOf(entry.getFileName()).startsWith(".")) {
                throw new UnreadableInputException(
                        entry.toString(),
                        "is no part of the snapshot by its " + SnapshotDescription.FILE + "; take it away");
            }
        }
    }

    /** What it says of itself. */
    public SnapshotDescription description() {
        return description;
    }

    @Override
    public String server() {
        return description.server();
    }

    @Override
    public Optional<Instant> takenAt() {
        return Optional.of(description.takenAt());
    }

    @Override
    public Optional<Instant> admissionSince() {
        return description.admissionSince();
    }

    @Override
    public ClusterFiles.View view(InventoryReader reader, Consumer<String> unread) throws UnreadableInputException {
        description.notRead().forEach(unread);
        ClusterFiles.View view = new ClusterFiles(
                        pages(SnapshotDescription.INVENTORY),
                        pages(SnapshotDescription.NODES),
                        pages(SnapshotDescription.NAMESPACES))
                .read(reader, TransientTaints.WELL_KNOWN);
        int nodes = view.nodes().members().size();
        if (nodes != told(SnapshotDescription.NODES)) {
            // Without one of them pods would seem safe that may land on it.
            throw new UnreadableInputException(directory.toString(), count(SnapshotDescription.NODES, nodes));
        }
        return view;
    }

    private int told(String list) {
        return Optional.ofNullable(description.lists().get(list))
                .map(Pages::objects)
                .orElse(0);
    }

    private String count(String list, int objects) {
        return "holds " + objects + " " + list + ", and its " + SnapshotDescription.FILE + " says " + told(list)
                + AGAIN;
    }

    @Override
    public void workloads(List<String> namespaces, List<WorkloadKind> kinds, ListedWorkloads.Reader reader)
            throws IOException {
        Set<String> wanted = Set.copyOf(namespaces);
        for (String namespace : namespaces) {
            if (!description.namespaces().isEmpty() && !description.namespaces().contains(namespace)) {
                reader.unread(directory + ": was taken without namespace " + namespace);
            }
        }
        for (WorkloadKind kind : kinds) {
            String list = ApiList.plural(kind);
            int objects = 0;
            boolean whole = true;
            for (Path page : pages(list)) {
                List<ManifestObject> items = List.of();
                try {
                    items = items(page, kind);
                } catch (UnreadableInputException unreadable) {
                    whole = false;
                    reader.unread(unreadable.line());
                }
                objects += items.size();
                for (ManifestObject item : items) {
                    if ((wanted.isEmpty() || wanted.contains(item.namespace())) && !item.isKeptTemplate(kind)) {
                        reader.workload(kind, item);
                    }
                }
            }
            if (whole && objects != told(list)) {
                reader.unread(directory + ": " + count(list, objects));
            }
        }
    }

    private List<ManifestObject> items(Path page, WorkloadKind kind) throws UnreadableInputException {
        byte[] content = InputFile.read(page);
        try (JsonParser parser = json.createParser(content)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                ManifestObject list = WorkloadReader.read(parser);
                if (list.kind().equals(kind.kindName() + "List")) {
                    return list.items();
                }
            }
        } catch (IOException malformed) {
            throw new UnreadableInputException(page.toString(), "is not JSON, or is cut short" + AGAIN);
        }
        throw new UnreadableInputException(page.toString(), "is no " + kind.kindName() + "List" + AGAIN);
    }

    /** The pages of a list, in the order in which they were taken; none where it was not read. */
    private List<Path> pages(String list) {
        Pages pages = description.lists().get(list);
        List<Path> files = new ArrayList<>();
        if (pages != null) {
            IntStream.rangeClosed(1, pages.pages())
                    .forEach(number -> files.add(directory.resolve(SnapshotDescription.page(list, number))));
        }
        return files;
    }

    @Override
    public void close() {
        // Each file is closed when it has been read.
    }
}
