package dev.apparmoradmission.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The workloads of a live cluster, listed page by page and read from the raw JSON. Pods that have ended are left out, and
 * templates that another object makes and keeps: that one is judged itself.
 */
public final class ListedWorkloads {

    private final ApiPages pages;
    private final JsonFactory json = new JsonFactory();

    /** Who takes what is listed. */
    public interface Reader {
        /**
         * Takes a pod, or a template that nothing else keeps.
         *
         * @param kind its kind
         * @param object the object
         */
        void workload(WorkloadKind kind, ManifestObject object) throws IOException;

        /** Takes one line about objects that could not be read: what was taken is not all. */
        void unread(String line) throws IOException;

        /**
         * Takes the same of one list, which was read in part or not at all.
         *
         * @param kind what it is a list of
         * @param namespace where; empty for everywhere
         * @param line what is wrong
         */
        default void unread(WorkloadKind kind, String namespace, String line) throws IOException {
            unread(line);
        }
    }

    /** Lists by this client. */
    public ListedWorkloads(KubernetesClient client) {
        this.pages = new ApiPages(client);
    }

    /**
     * Lists the workloads.
     *
     * @param namespaces where; none for everywhere
     * @param kinds which kinds
     * @param reader takes them
     * @throws IOException where the reader throws it
     */
    public void read(List<String> namespaces, List<WorkloadKind> kinds, Reader reader) throws IOException {
        List<Optional<String>> places = namespaces.isEmpty()
                ? List.of(Optional.empty())
                : namespaces.stream().map(Optional::of).toList();
        for (WorkloadKind kind : kinds) {
            for (Optional<String> place : places) {
                Optional<String> problem = pages.read(ApiList.workloads(kind, place), new Taker(kind, reader));
                if (problem.isPresent()) {
                    reader.unread(kind, place.orElse(""), problem.get());
                }
            }
        }
    }

    /** Takes the pages of one list; what a list that began anew brings again is passed over. */
    private final class Taker implements ApiPages.Taker<ManifestObject> {

        private final WorkloadKind kind;
        private final Reader reader;
        private final Set<String> seen = new HashSet<>();

        Taker(WorkloadKind kind, Reader reader) {
            this.kind = kind;
            this.reader = reader;
        }

        @Override
        public ManifestObject parsed(byte[] body) throws IOException {
            try (JsonParser parser = json.createParser(body)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new IOException("the API server's list is no object");
                }
                return WorkloadReader.read(parser);
            }
        }

        @Override
        public String next(ManifestObject page) {
            return page.nextPage();
        }

        @Override
        public void take(ManifestObject page) throws IOException {
            for (ManifestObject item : page.items()) {
                if (!item.isKeptTemplate(kind) && seen.add(item.namespace() + "/" + item.name())) {
                    reader.workload(kind, item);
                }
            }
        }
    }
}
