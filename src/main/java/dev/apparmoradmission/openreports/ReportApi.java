package dev.apparmoradmission.openreports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.cluster.KubectlCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Requests about reports, as JSON: the typed model has no such kinds, and need have none. Each takes a bounded time. */
final class ReportApi {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "application/json";
    private static final String FIELD_MANAGER = "?fieldManager=apparmor-admission-reports";
    private static final long PATIENCE_SECONDS = 30;

    private final KubernetesClient client;

    ReportApi(KubernetesClient client) {
        this.client = client;
    }

    /**
     * What came back.
     *
     * @param code the HTTP status; 0 where no answer came
     * @param body what it holds; an object of kind Status, or none, where it is no success
     * @param problem what was said against it; empty where it is a success
     */
    record Answer(int code, JsonNode body, String problem) {

        static Answer none(String problem) {
            return new Answer(0, JsonNodeFactory.instance.objectNode(), problem);
        }

        boolean ok() {
            return code >= 200 && code < 300;
        }
    }

    /** A page of the reports that carry our label. */
    Answer page(String path, int limit, String next) {
        return send(
                "GET",
                path + "?limit=" + limit + "&labelSelector=" + encoded(ReportPlan.LABEL + "=true")
                        + (next.isEmpty() ? "" : "&continue=" + encoded(next)),
                "");
    }

    Answer get(String collection) {
        return send("GET", collection + "/" + ReportPlan.NAME, "");
    }

    Answer create(String collection, ObjectNode object) {
        return send("POST", collection + FIELD_MANAGER, object.toString());
    }

    /** Refused with 409 where the object has changed since it was read. */
    Answer update(String collection, ObjectNode object) {
        return send("PUT", collection + "/" + ReportPlan.NAME + FIELD_MANAGER, object.toString());
    }

    /** Deletes the very object that was read; refused with 409 where it has changed, or is another by now. */
    Answer delete(String collection, JsonNode found) {
        ObjectNode options = JsonNodeFactory.instance.objectNode();
        options.put("apiVersion", "v1").put("kind", "DeleteOptions");
        options.putObject("preconditions")
                .put("uid", found.at("/metadata/uid").asText())
                .put("resourceVersion", found.at("/metadata/resourceVersion").asText());
        return send("DELETE", collection + "/" + ReportPlan.NAME, options.toString());
    }

    private Answer send(String method, String path, String body) {
        HttpRequest.Builder request = client.getHttpClient()
                .newHttpRequestBuilder()
                .uri(URI.create(String.valueOf(client.getMasterUrl()).replaceAll("/+$", "") + path))
                .header("Accept", TYPE);
        if (!body.isEmpty()) {
            request.method(method, TYPE, body);
        }
        try {
            HttpResponse<byte[]> response = client.getHttpClient()
                    .sendAsync(request.build(), byte[].class)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return answer(response.code(), response.body());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Answer.none("interrupted");
        } catch (TimeoutException slow) {
            return Answer.none("no answer within " + PATIENCE_SECONDS + " s");
        } catch (ExecutionException failure) {
            return Answer.none("the API server cannot be reached: " + KubectlCluster.reason(failure));
        }
    }

    private static Answer answer(int code, byte[] body) {
        boolean good = code >= 200 && code < 300;
        try {
            JsonNode tree = JSON.readTree(body);
            String said = tree.path("message").asText();
            return new Answer(
                    code, tree, good ? "" : said.isEmpty() ? "the server answered " + code : code + " " + said);
        } catch (IOException unreadable) {
            return good
                    ? Answer.none("the answer cannot be read: " + KubectlCluster.reason(unreadable))
                    : new Answer(code, JsonNodeFactory.instance.objectNode(), "the server answered " + code);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
