package dev.apparmoradmission.e2e.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * An API server as its clients see it: bytes in; status, object, warnings and audit id out. It neither retries nor
 * throws on a refusal, since refusals are what the tests are about.
 */
public final class ApiServer implements AutoCloseable {
    /** The list of operations of RFC 6902. */
    public static final String JSON_PATCH = "application/json-patch+json";
    /** The merge patch of RFC 7386. */
    public static final String MERGE_PATCH = "application/merge-patch+json";
    /** Kubernetes' own patch, which knows list keys. */
    public static final String STRATEGIC_PATCH = "application/strategic-merge-patch+json";

    /** Server-side apply; the path says {@code ?fieldManager=}. */
    public static final String APPLY_PATCH = "application/apply-patch+yaml";

    private static final String JSON = "application/json";
    private static final long PATIENT_SECONDS = 60;
    private static final long HASTY_SECONDS = 5;

    private final KubernetesClient client;
    private final List<String> identity;
    private final long boundSeconds;

    private ApiServer(KubernetesClient client, List<String> identity, long boundSeconds) {
        this.client = client;
        this.identity = identity;
        this.boundSeconds = boundSeconds;
    }

    /** With the rights of that kubeconfig's user. */
    public static ApiServer of(String kubeconfig) {
        Config config = Config.fromKubeconfig(kubeconfig);
        config.setRequestRetryBackoffLimit(0);
        return new ApiServer(new KubernetesClientBuilder().withConfig(config).build(), List.of(), PATIENT_SECONDS);
    }

    /** The server of that kubeconfig, with the rights of whoever the token was given to, and no others. */
    public static ApiServer of(String kubeconfig, String token) {
        return of(Kubeconfig.withToken(kubeconfig, token));
    }

    /** The same server, asked in the name of another user. */
    public ApiServer as(String user, String... groups) {
        List<String> headers = new java.util.ArrayList<>(List.of("Impersonate-User", user));
        for (String group : groups) {
            headers.add("Impersonate-Group");
            headers.add(group);
        }
        return new ApiServer(client, List.copyOf(headers), boundSeconds);
    }

    /** The same server, which may be gone: for tidying up on the way out, where nobody wants to wait. */
    public ApiServer hastily() {
        return new ApiServer(client, identity, HASTY_SECONDS);
    }

    /** Creates an object in the collection of its kind; {@code query} is empty or starts with {@code ?}. */
    public Answer create(String namespace, JsonNode object, String query) {
        return post(Manifest.collection(object, namespace) + query, object.toString());
    }

    /** Creates an object in the collection of its kind. */
    public Answer create(String namespace, JsonNode object) {
        return create(namespace, object, "");
    }

    public Answer post(String path, String body) {
        return send(path, JSON, builder -> builder.post(JSON, body));
    }

    public Answer put(String path, String body) {
        return send(path, JSON, builder -> builder.method("PUT", JSON, body));
    }

    /** @param type one of the patch types above */
    public Answer patch(String path, String type, String body) {
        return send(path, JSON, builder -> builder.method("PATCH", type, body));
    }

    public Answer get(String path) {
        return send(path, JSON, builder -> builder.method("GET", JSON, null));
    }

    /** What is no object: a log, metrics. */
    public String text(String path) {
        return receive(path, "*/*", builder -> builder.method("GET", JSON, null))
                .body();
    }

    /** Deletes at once, for no kubelet is there to end what runs. */
    public Answer delete(String path) {
        return delete(path, 0);
    }

    /** Deletes; what runs gets that many seconds to end. */
    public Answer delete(String path, int seconds) {
        String options = "{\"gracePeriodSeconds\":%d,\"propagationPolicy\":\"Background\"}".formatted(seconds);
        return send(path, JSON, builder -> builder.method("DELETE", JSON, options));
    }

    /** The typed client, for setting things up. */
    public KubernetesClient client() {
        return client;
    }

    private Answer send(String path, String accept, java.util.function.UnaryOperator<HttpRequest.Builder> method) {
        HttpResponse<String> response = receive(path, accept, method);
        String text = response.body();
        return new Answer(
                response.code(),
                Manifest.json(text == null ? "" : text),
                response.headers("Warning").stream().map(WarningHeader::text).toList(),
                response.headers("Audit-Id").stream().findFirst().orElse(""));
    }

    private HttpResponse<String> receive(
            String path, String accept, java.util.function.UnaryOperator<HttpRequest.Builder> method) {
        HttpClient http = client.getHttpClient();
        HttpRequest.Builder request = method.apply(http.newHttpRequestBuilder()
                .uri(URI.create(client.getMasterUrl().toString().replaceAll("/$", "") + path)));
        request.header("Accept", accept);
        for (int i = 0; i < identity.size(); i += 2) {
            request.header(identity.get(i), identity.get(i + 1));
        }
        try {
            return http.sendAsync(request.build(), String.class).get(boundSeconds, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new IllegalStateException("no answer from the API server to " + path, failure);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
