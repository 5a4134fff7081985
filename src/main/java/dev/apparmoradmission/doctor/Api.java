package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.apparmoradmission.cluster.KubectlCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The API server, asked with raw JSON: the client's typed model would drop what it does not know. Knows no request that stores
 * anything: GET, reviews of access, and creations as dry runs.
 */
final class Api {

    private static final String JSON = "application/json";
    private static final long PATIENCE_SECONDS = 40;

    /** One page of a list; a longer answer than this is none that we have asked for. */
    private static final int LONGEST_ANSWER = 64 * 1024 * 1024;

    private final KubernetesClient client;
    private final ObjectMapper mapper = new ObjectMapper();

    Api(KubernetesClient client) {
        this.client = client;
    }

    /**
     * An answer.
     *
     * @param code the HTTP status; 0 where none came
     * @param body the object, or the {@code Status} of a refusal; missing where it is no JSON
     * @param message why it was refused or did not come; empty where it was carried out
     * @param warnings the texts of the {@code Warning} headers
     */
    record Answer(int code, JsonNode body, String message, List<String> warnings) {
        /** Copies the list. */
        Answer {
            warnings = List.copyOf(warnings);
        }

        boolean ok() {
            return code >= 200 && code < 300;
        }
    }

    /** Where it is. */
    String server() {
        return String.valueOf(client.getMasterUrl()).replaceAll("/+$", "");
    }

    Answer get(String path) {
        return send(path, request -> request.method("GET", JSON, null));
    }

    /** Asks what somebody may do; stores nothing. */
    Answer review(String path, JsonNode review) {
        return send(path, request -> request.post(JSON, review.toString()));
    }

    /** Offers an object as a dry run: all admission, nothing stored. */
    Answer dryRun(String collection, JsonNode object) {
        return send(
                collection + "?dryRun=All&fieldManager=apparmor-admission-doctor",
                request -> request.post(JSON, object.toString()));
    }

    private interface Method {
        HttpRequest.Builder on(HttpRequest.Builder request);
    }

    private Answer send(String path, Method method) {
        HttpClient http = client.getHttpClient();
        HttpRequest request = method.on(http.newHttpRequestBuilder().uri(URI.create(server() + path)))
                .header("Accept", JSON)
                .build();
        try {
            HttpResponse<byte[]> response =
                    http.sendAsync(request, byte[].class).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            byte[] body = response.body() == null ? new byte[0] : response.body();
            if (body.length > LONGEST_ANSWER) {
                return unanswered("the answer to " + path + " has " + body.length + " bytes");
            }
            JsonNode json = json(body);
            String message = response.isSuccessful() ? "" : json.path("message").asText();
            return new Answer(
                    response.code(),
                    json,
                    response.isSuccessful() || !message.isEmpty() ? message : "HTTP status " + response.code(),
                    response.headers("Warning"));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return unanswered("interrupted");
        } catch (TimeoutException slow) {
            return unanswered("no answer within " + PATIENCE_SECONDS + " s");
        } catch (ExecutionException failure) {
            return unanswered(KubectlCluster.reason(failure));
        }
    }

    private static Answer unanswered(String reason) {
        return new Answer(0, MissingNode.getInstance(), reason, List.of());
    }

    private JsonNode json(byte[] body) {
        try {
            JsonNode json = mapper.readTree(body);
            return json == null ? MissingNode.getInstance() : json;
        } catch (JsonProcessingException notJson) {
            return MissingNode.getInstance();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
