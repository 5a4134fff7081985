package dev.apparmoradmission.cluster;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The workloads of a live cluster, listed page by page and read from the raw JSON, so that memory holds one page whatever the
 * size of the cluster. Pods that have ended are left out, and templates that another object makes and keeps: that one is
 * judged itself.
 */
public final class ListedWorkloads {

    /** Objects of one page; a pod takes some 10 KiB. */
    private static final int PAGE = 250;
    /** Begun anew so often where the server has forgotten where a page ended (410 Gone), as after a compaction. */
    private static final int BEGINNINGS = 3;

    private static final long PATIENCE_SECONDS = 60;
    private static final String NOT_ENDED = "&fieldSelector=status.phase!%3DSucceeded,status.phase!%3DFailed";

    private final KubernetesClient client;
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
        this.client = client;
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
        for (WorkloadKind kind : kinds) {
            if (namespaces.isEmpty()) {
                list(kind, "", path(kind, ""), plural(kind), reader);
            }
            for (String namespace : namespaces) {
                list(
                        kind,
                        namespace,
                        path(kind, "namespaces/" + encoded(namespace) + "/"),
                        plural(kind) + " in namespace " + namespace,
                        reader);
            }
        }
    }

    private void list(WorkloadKind kind, String namespace, String path, String what, Reader reader) throws IOException {
        Set<String> seen = new HashSet<>();
        for (int beginning = 1; beginning <= BEGINNINGS; beginning++) {
            String next = "";
            do {
                Page page = page(path + "?limit=" + PAGE + (kind == WorkloadKind.POD ? NOT_ENDED : "")
                        + (next.isEmpty() ? "" : "&continue=" + encoded(next)));
                if (page.code() == HttpURLConnection.HTTP_GONE && !next.isEmpty()) {
                    next = "";
                    break;
                }
                if (page.list().isEmpty()) {
                    reader.unread(kind, namespace, "cluster: " + what + ": " + page.problem());
                    return;
                }
                ManifestObject list = page.list().get();
                for (ManifestObject item : list.items()) {
                    if (!isKept(kind, item) && seen.add(item.namespace() + "/" + item.name())) {
                        reader.workload(kind, item);
                    }
                }
                next = list.nextPage();
                if (next.isEmpty()) {
                    return;
                }
            } while (true);
        }
        reader.unread(
                kind,
                namespace,
                "cluster: " + what + ": the server forgot " + BEGINNINGS
                        + " times where a page ended (410 Gone); try again when it is less busy");
    }

    private ManifestObject parsed(byte[] body) throws IOException {
        try (JsonParser parser = json.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the API server's list is no object");
            }
            return WorkloadReader.read(parser);
        }
    }

    /**
     * A page, or why there is none.
     *
     * @param code the HTTP status; 0 where no answer came
     * @param list the list, where there is one
     * @param problem why there is none; empty where there is
     */
    private record Page(int code, Optional<ManifestObject> list, String problem) {
        static Page none(int code, String problem) {
            return new Page(code, Optional.empty(), problem);
        }
    }

    private Page page(String path) {
        HttpClient http = client.getHttpClient();
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(URI.create(String.valueOf(client.getMasterUrl()).replaceAll("/+$", "") + path))
                .header("Accept", "application/json")
                .build();
        try {
            HttpResponse<byte[]> response =
                    http.sendAsync(request, byte[].class).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (response.isSuccessful()) {
                return new Page(response.code(), Optional.of(parsed(response.body())), "");
            }
            return Page.none(
                    response.code(),
                    switch (response.code()) {
                        case HttpURLConnection.HTTP_FORBIDDEN ->
                            "you may not list them; ask for the right to list, or name namespaces";
                        case HttpURLConnection.HTTP_UNAUTHORIZED ->
                            "your credentials are not accepted; check the user of the kubeconfig";
                        case HttpURLConnection.HTTP_NOT_FOUND -> "this server does not have them";
                        default -> "the server answered " + response.code();
                    });
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Page.none(0, "interrupted");
        } catch (TimeoutException slow) {
            return Page.none(0, "no answer within " + PATIENCE_SECONDS + " s");
        } catch (IOException unreadable) {
            return Page.none(0, "the answer cannot be read: " + KubectlCluster.reason(unreadable));
        } catch (ExecutionException failure) {
            return Page.none(0, "cannot be reached: " + KubectlCluster.reason(failure));
        }
    }

    private static String path(WorkloadKind kind, String namespace) {
        String root = kind.group().isEmpty() ? "/api/v1/" : "/apis/" + kind.group() + "/v1/";
        return root + namespace + plural(kind);
    }

    /** Whether it is a template that another object makes and keeps. */
    static boolean isKept(WorkloadKind kind, ManifestObject object) {
        return kind.isTemplate() && object.controller().isPresent();
    }

    /** The kind in the paths of the API. */
    static String plural(WorkloadKind kind) {
        return kind.kindName().toLowerCase(Locale.ROOT) + "s";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
