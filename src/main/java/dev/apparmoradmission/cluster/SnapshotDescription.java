package dev.apparmoradmission.cluster;

import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.MalformedDocumentException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a snapshot says of itself, in {@value #FILE}: without it a directory is none.
 *
 * @param server the URL of the API server
 * @param takenAt when it was begun
 * @param admissionSince since when the API server asked the webhook, where that was known
 * @param namespaces the namespaces whose workloads it holds; none where it holds those of all
 * @param lists the lists that it holds, by name
 * @param notRead a line for each thing that could not be read
 */
public record SnapshotDescription(
        String server,
        Instant takenAt,
        Optional<Instant> admissionSince,
        List<String> namespaces,
        Map<String, Pages> lists,
        List<String> notRead) {

    /** The file. */
    public static final String FILE = "snapshot.json";
    /** Its {@code kind}. */
    public static final String KIND = "ClusterSnapshot";
    /** Its {@code apiVersion}, which tells the layout. */
    public static final String API_VERSION = "apparmor-admission.dev/v1alpha1";

    /** The list of Nodes. */
    public static final String NODES = "nodes";
    /** The list of inventory ConfigMaps. */
    public static final String INVENTORY = "inventory";
    /** The list of Namespaces. */
    public static final String NAMESPACES = "namespaces";

    /** More pages than a cluster has. */
    private static final int MOST_PAGES = 99_999;

    private static final Set<String> FIELDS =
            Set.of("apiVersion", "kind", "server", "takenAt", "admissionSince", "namespaces", "lists", "notRead");

    /**
     * How long a list is.
     *
     * @param pages on how many pages it is, at least one
     * @param objects how many objects are on them
     */
    public record Pages(int pages, int objects) {}

    /** Copies the collections. */
    public SnapshotDescription {
        namespaces = List.copyOf(namespaces);
        lists = Collections.unmodifiableMap(new LinkedHashMap<>(lists));
        notRead = List.copyOf(notRead);
    }

    /** The file of a page, from the directory; pages are counted from 1. */
    public static String page(String list, int number) {
        boolean ofCluster = list.equals(NODES) || list.equals(INVENTORY) || list.equals(NAMESPACES);
        return (ofCluster ? list + "/" : "workloads/" + list + "-") + String.format(Locale.ROOT, "%05d.json", number);
    }

    /**
     * Reads that of a directory.
     *
     * @throws UnreadableInputException with one line, where it is none that we know
     */
    static SnapshotDescription read(Path file) throws UnreadableInputException {
        try {
            Documents documents = Documents.of(InputFile.read(file), DocumentLimits.POLICIES);
            Optional<Document> document = documents.next();
            if (document.isEmpty()) {
                throw problem(file, "is empty; take the snapshot again");
            }
            Located root = document.get().tree();
            if (!text(root, "kind").equals(KIND)) {
                throw problem(file, "is no " + KIND + "; make one with snapshot");
            }
            if (!text(root, "apiVersion").equals(API_VERSION)) {
                throw problem(file, "is of another version than " + API_VERSION + "; take the snapshot again");
            }
            for (Map.Entry<String, Located> field : root.fields().entrySet()) {
                if (!FIELDS.contains(field.getKey())) {
                    throw malformed(file, field.getValue(), "there is no field " + field.getKey());
                }
            }
            return new SnapshotDescription(
                    text(root, "server"),
                    instant(file, root, "takenAt"),
                    root.field("admissionSince").isPresent()
                            ? Optional.of(instant(file, root, "admissionSince"))
                            : Optional.empty(),
                    texts(file, root, "namespaces"),
                    lists(file, root),
                    texts(file, root, "notRead"));
        } catch (MalformedDocumentException e) {
            throw InputFile.malformed(file, e);
        }
    }

    private static Instant instant(Path file, Located root, String field) throws UnreadableInputException {
        try {
            return Instant.parse(text(root, field));
        } catch (DateTimeParseException e) {
            throw problem(file, field + " is not an RFC 3339 instant such as 2026-11-22T19:00:00Z");
        }
    }

    private static Map<String, Pages> lists(Path file, Located root) throws UnreadableInputException {
        Map<String, Pages> lists = new LinkedHashMap<>();
        for (Map.Entry<String, Located> entry :
                root.field("lists").map(Located::fields).orElse(Map.of()).entrySet()) {
            Located list = entry.getValue();
            if (!SnapshotDirectory.LISTS.contains(entry.getKey())
                    || !list.fields().keySet().equals(Set.of("pages", "objects"))) {
                throw malformed(file, list, "a list has a name that we know, and pages and objects, and nothing else");
            }
            int pages = number(file, list, "pages", MOST_PAGES);
            if (pages == 0) {
                throw malformed(file, list, "a list has one page at least");
            }
            lists.put(entry.getKey(), new Pages(pages, number(file, list, "objects", Integer.MAX_VALUE)));
        }
        return lists;
    }

    private static int number(Path file, Located list, String field, int most) throws UnreadableInputException {
        Located number = list.fields().get(field);
        if (number == null
                || !number.value().canConvertToInt()
                || number.value().intValue() < 0
                || number.value().intValue() > most) {
            throw malformed(file, list, field + " is not a number from 0 to " + most);
        }
        return number.value().intValue();
    }

    private static List<String> texts(Path file, Located root, String field) throws UnreadableInputException {
        List<String> texts = new ArrayList<>();
        Optional<Located> list = root.field(field);
        for (Located item : list.map(Located::items).orElse(List.of())) {
            if (!item.value().isTextual()) {
                throw malformed(file, item, field + " is not a list of strings");
            }
            texts.add(item.value().textValue());
        }
        if (list.isEmpty() || !list.get().value().isArray()) {
            throw problem(file, field + " is not a list of strings");
        }
        return texts;
    }

    private static String text(Located object, String field) {
        return object.field(field).map(found -> found.value().asText()).orElse("");
    }

    private static UnreadableInputException malformed(Path file, Located at, String problem) {
        return new UnreadableInputException(file + ":" + at.place(), problem);
    }

    private static UnreadableInputException problem(Path file, String problem) {
        return new UnreadableInputException(file.toString(), problem);
    }
}
