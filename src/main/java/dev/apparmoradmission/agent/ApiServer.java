package dev.apparmoradmission.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.report.Printable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The API server, as far as the agent needs it: server-side apply of one ConfigMap
 * ({@code PATCH} with {@code application/apply-patch+yaml}, KEP-555, of which JSON is a subset). Not for several threads.
 */
final class ApiServer {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** How long the API server may take for its whole answer, as shipped. */
    static final Duration ANSWER = Duration.ofSeconds(20);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final int LONGEST_TOLD = 600;

    private final URI server;
    private final String namespace;
    private final Credentials credentials;
    private final Duration patience;
    private Optional<Connection> connection = Optional.empty();

    private record Connection(HttpClient client, String authority) {}

    /**
     * Nothing is connected yet.
     *
     * @param server {@code https://HOST:PORT}
     * @param namespace where the ConfigMap belongs
     * @param patience how long it may take for its whole answer
     */
    ApiServer(URI server, String namespace, Credentials credentials, Duration patience) {
        this.server = server;
        this.namespace = namespace;
        this.credentials = credentials;
        this.patience = patience;
    }

    /** Makes the ConfigMap of this node what is given here, whatever it was before. */
    Publication apply(Identity identity, String value) throws InterruptedException {
        String token;
        HttpClient client;
        try {
            token = credentials.token();
            client = client();
        } catch (AgentFailure e) {
            return new Publication.Postponed(String.valueOf(e.getMessage()), Optional.empty());
        }
        HttpRequest request = HttpRequest.newBuilder(server.resolve("/api/v1/namespaces/" + namespace + "/configmaps/"
                        + ConfigMapJson.name(identity.node()) + "?fieldManager=apparmor-admission-agent&force=true"))
                .timeout(patience)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/apply-patch+yaml")
                // Only what is asked for comes back: the list itself would double the traffic.
                .header("Accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json")
                .header("User-Agent", "apparmor-admission-agent")
                .method(
                        "PATCH",
                        HttpRequest.BodyPublishers.ofByteArray(ConfigMapJson.of(identity, namespace, value, false)))
                .build();
        CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(request, response -> new BeginningOfBody());
        try {
            // The client's own timeout ends with the head of the answer.
            return judge(answer.get(patience.toMillis() + 500, TimeUnit.MILLISECONDS), identity, token);
        } catch (TimeoutException e) {
            return new Publication.Postponed(server + " does not answer", Optional.empty());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return new Publication.Postponed(
                    server + " cannot be reached: " + told(describe(cause), token), Optional.empty());
        } finally {
            answer.cancel(true);
        }
    }

    /** Lets go of connection, threads and buffers; the next use makes them anew. For times in which nothing happens. */
    void rest() {
        // Closing it is only known from Java 21 on; before, it ends when it is collected.
        if (connection.isPresent() && connection.get().client() instanceof AutoCloseable closeable) {
            Thread thread = new Thread(() -> close(closeable), "closing");
            // It waits for exchanges that were given up, however long they take.
            thread.setDaemon(true);
            thread.start();
        }
        connection = Optional.empty();
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is thrown away whatever it says.
        }
    }

    private HttpClient client() throws AgentFailure {
        String authority = server.getScheme().equals("https") ? credentials.authority() : "";
        if (connection.isPresent() && connection.get().authority().equals(authority)) {
            return connection.get().client();
        }
        rest();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(CONNECT);
        if (!authority.isEmpty()) {
            builder.sslContext(credentials.trusting(authority));
        }
        HttpClient client = builder.build();
        connection = Optional.of(new Connection(client, authority));
        return client;
    }

    private Publication judge(HttpResponse<byte[]> response, Identity identity, String token) {
        int code = response.statusCode();
        if (code == 200 || code == 201) {
            return new Publication.Acknowledged();
        }
        String message = code + " " + told(message(response.body()), token);
        String name = namespace + "/" + ConfigMapJson.name(identity.node());
        return switch (code) {
            case 401 ->
                new Publication.Refused("the API server does not accept the token of " + credentials.tokenFile()
                        + ": has it expired, or is it of another cluster? (" + message + ")");
            case 403 ->
                new Publication.Refused("no right to write ConfigMap " + name
                        + ": the agent's service account needs create and patch on configmaps there, as deploy/agent gives"
                        + " them, and may write for no other node (" + message + ")");
            case 404 ->
                new Publication.Refused("namespace " + namespace
                        + " is not there: create it, or name another with --namespace (" + message + ")");
            case 413, 422 ->
                new Publication.Refused("the API server does not take ConfigMap " + name + " (" + message + ")");
            case 408, 409, 425, 429 -> new Publication.Postponed("the API server says " + message, wait(response));
            default ->
                code >= 500
                        ? new Publication.Postponed("the API server says " + message, wait(response))
                        : new Publication.Refused("unexpected answer of " + server + ": " + message
                                + "; is that the API server? It is named by --server");
        };
    }

    private static Optional<Duration> wait(HttpResponse<byte[]> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .map(wait -> wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
    }

    /** The message of a {@code Status}; the beginning of anything else. */
    private static String message(byte[] body) {
        try (JsonParser parser = new JsonFactory().createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    if (parser.nextToken() == JsonToken.VALUE_STRING && name.equals("message")) {
                        return parser.getText();
                    }
                    parser.skipChildren();
                }
            }
        } catch (IOException notJson) {
            // Most often a proxy's page.
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private static String describe(Throwable problem) {
        String message = problem.getMessage();
        String kind = problem.getClass().getSimpleName();
        return message == null || message.isEmpty() ? kind : kind + ": " + message;
    }

    /** Foreign words, fit for one line, and without the token should they hold it. */
    private static String told(String message, String token) {
        String clean = Printable.of(message.replace(token, "(token)").strip());
        return clean.length() <= LONGEST_TOLD ? clean : clean.substring(0, LONGEST_TOLD) + "...";
    }
}
