package dev.apparmoradmission.snapshot;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.cluster.ApiList;
import dev.apparmoradmission.cluster.LiveCluster;
import dev.apparmoradmission.cluster.SnapshotDescription;
import dev.apparmoradmission.cluster.SnapshotDescription.Pages;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.Progress;
import dev.apparmoradmission.report.JsonParts;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.wire.KeptFields;
import dev.apparmoradmission.wire.ListExtract;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Copies the lists of a live cluster into a directory, a page at a time, and then writes the description of it. */
final class SnapshotWriter {

    private final LiveCluster cluster;
    private final NewDirectory directory;
    private final Progress progress;
    private final Map<String, Pages> lists = new LinkedHashMap<>();
    private final List<String> notRead = new ArrayList<>();

    SnapshotWriter(LiveCluster cluster, NewDirectory directory, Progress progress) {
        this.cluster = cluster;
        this.directory = directory;
        this.progress = progress;
    }

    /**
     * Copies everything.
     *
     * @param namespaces those whose workloads are copied; none for all
     * @param now the instant
     * @throws UnreadableInputException where nodes or inventory cannot be read whole: nothing can be judged without
     * @throws IOException where the directory cannot be written
     */
    SnapshotDescription write(List<String> namespaces, Instant now) throws IOException {
        needed(SnapshotDescription.NODES, ApiList.nodes(), KeptFields.NODES);
        needed(SnapshotDescription.INVENTORY, ApiList.inventory(cluster.inventoryNamespace()), KeptFields.INVENTORIES);
        Copy labels = new Copy(SnapshotDescription.NAMESPACES);
        Optional<String> problem = cluster.copy(ApiList.namespaces(), KeptFields.NAMESPACES, labels);
        if (problem.isPresent()) {
            // Some of the labels would be worse than none: a policy would not hold where its selector finds nothing.
            labels.begin();
            notRead.add(problem.get() + "; policies with a namespaceSelector are taken to hold everywhere");
        } else {
            labels.end();
        }
        for (WorkloadKind kind : WorkloadKind.values()) {
            Copy copy = new Copy(ApiList.plural(kind));
            for (ApiList list : workloads(kind, namespaces)) {
                copy.next();
                cluster.copy(list, KeptFields.of(kind), copy).ifPresent(notRead::add);
            }
            copy.end();
        }
        SnapshotDescription description =
                new SnapshotDescription(cluster.server(), now, cluster.admissionSince(), namespaces, lists, notRead);
        describe(description);
        return description;
    }

    private static List<ApiList> workloads(WorkloadKind kind, List<String> namespaces) {
        return namespaces.isEmpty()
                ? List.of(ApiList.workloads(kind, Optional.empty()))
                : namespaces.stream()
                        .distinct()
                        .map(namespace -> ApiList.workloads(kind, Optional.of(namespace)))
                        .toList();
    }

    private void needed(String name, ApiList list, KeptFields kept) throws IOException {
        Copy copy = new Copy(name);
        Optional<String> problem = cluster.copy(list, kept, copy);
        if (problem.isPresent()) {
            throw new UnreadableInputException(problem.get(), "no snapshot was written");
        }
        copy.end();
    }

    private void describe(SnapshotDescription description) throws IOException {
        try (OutputStream out = directory.open(SnapshotDescription.FILE);
                JsonGenerator json = JsonReport.generator(out)) {
            JsonParts parts = new JsonParts(json);
            json.writeStartObject();
            json.writeStringField("apiVersion", SnapshotDescription.API_VERSION);
            json.writeStringField("kind", SnapshotDescription.KIND);
            json.writeStringField("server", description.server());
            json.writeStringField("takenAt", description.takenAt().toString());
            parts.text("admissionSince", description.admissionSince().map(Instant::toString));
            parts.strings("namespaces", description.namespaces());
            json.writeObjectFieldStart("lists");
            for (Map.Entry<String, Pages> list : description.lists().entrySet()) {
                json.writeObjectFieldStart(list.getKey());
                json.writeNumberField("pages", list.getValue().pages());
                json.writeNumberField("objects", list.getValue().objects());
                json.writeEndObject();
            }
            json.writeEndObject();
            parts.strings("notRead", description.notRead());
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /** One list of the snapshot; those of several namespaces follow each other. */
    private final class Copy implements LiveCluster.Copier {

        private final String name;
        private int pages;
        private int objects;
        /** Where the list of the API began that is read at the moment. */
        private int firstPage;

        private int firstObjects;

        Copy(String name) {
            this.name = name;
        }

        /** The next list of the API begins. */
        void next() {
            firstPage = pages;
            firstObjects = objects;
        }

        @Override
        public void begin() throws IOException {
            for (; pages > firstPage; pages--) {
                directory.remove(SnapshotDescription.page(name, pages));
            }
            objects = firstObjects;
        }

        @Override
        public void page(ListExtract page) throws IOException {
            pages++;
            objects += page.objects();
            try (OutputStream out = directory.open(SnapshotDescription.page(name, pages))) {
                page.writeTo(out);
            }
            progress.at(() -> lists.values().stream().mapToInt(Pages::objects).sum() + objects + " objects copied ...");
        }

        /** It is read, as far as that goes; of a kind of which nothing could be read there is no list. */
        void end() {
            if (pages > 0) {
                lists.put(name, new Pages(pages, objects));
            }
        }
    }
}
