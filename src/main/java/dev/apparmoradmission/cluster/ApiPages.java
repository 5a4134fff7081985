package dev.apparmoradmission.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lists of the API page by page, in the raw JSON that the server sends, so that memory holds one page whatever the size of
 * the cluster.
 */
final class ApiPages {

    /** Begun anew so often where the server has forgotten where a page ended (410 Gone), as after a compaction. */
    private static final int BEGINNINGS = 3;

    private static final long PATIENCE_SECONDS = 60;

    private final KubernetesClient client;

    /** Lists by this client. */
    ApiPages(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Who takes the pages.
     *
     * @param <T> what becomes of a page
     */
    interface Taker<T> {
        /** Reads a page; what it throws is told as an answer that cannot be read. */
        T parsed(byte[] body) throws IOException;

        /** Where the next page begins; empty after the last. */
        String next(T page);

        /** Takes a page; what it throws ends the reading. */
        void take(T page) throws IOException;

        /** The server forgot where a page ended: the list begins anew. */
        default void begin() throws IOException {}
    }

    /**
     * Reads a list.
     *
     * @return absent where all was read; else a line that says why not. What was taken by then is not all
     * @throws IOException where the taker throws it
     */
    <T> Optional<String> read(ApiList list, Taker<T> taker) throws IOException {
        for (int beginning = 1; beginning <= BEGINNINGS; beginning++) {
            taker.begin();
            String next = "";
            do {
                Page<T> page = page(list.page(next), taker);
                if (page.code() == HttpURLConnection.HTTP_GONE && !next.isEmpty()) {
                    next = "";
                    break;
                }
                if (page.content().isEmpty()) {
                    return Optional.of("cluster: " + list.what() + ": " + page.problem());
                }
                T content = page.content().get();
                taker.take(content);
                next = taker.next(content);
                if (next.isEmpty()) {
                    return Optional.empty();
                }
            } while (true);
        }
        return Optional.of("cluster: " + list.what() + ": the server forgot " + BEGINNINGS
                + " times where a page ended (410 Gone); try again when it is less busy");
    }

    /**
     * A page, or why there is none.
     *
     * @param code the HTTP status; 0 where no answer came
     * @param content the page, where there is one
     * @param problem why there is none; empty where there is
     */
    private record Page<T>(int code, Optional<T> content, String problem) {
        static <T> Page<T> none(int code, String problem) {
            return new Page<>(code, Optional.empty(), problem);
        }
    }

    private <T> Page<T> page(String path, Taker<T> taker) {
        HttpClient http = client.getHttpClient();
        HttpRequest request = http.newHttpRequestBuilder()
                .uri(URI.create(String.valueOf(client.getMasterUrl()).replaceAll("/+$", "") + path))
                .header("Accept", "application/json")
                .build();
        try {
            HttpResponse<byte[]> response =
                    http.sendAsync(request, byte[].class).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (response.isSuccessful()) {
                return new Page<>(response.code(), Optional.of(taker.parsed(response.body())), "");
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
}
