package dev.apparmoradmission.observed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An API server that answers lists with what a test has put there, page by page, and breaks where the test wants it to. */
public final class FakeCluster implements AutoCloseable {

    private static final List<String> APPS = List.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet");
    private static final List<String> BATCH = List.of("Job", "CronJob");

    /** Lists of the API by path; every other list is empty. */
    private final Map<String, Function<String, Reply>> replies = new HashMap<>();

    /** What answers below a path, lists or not. */
    private final Map<String, Function<Request, Reply>> handlers = new LinkedHashMap<>();

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final HttpServer server;

    /**
     * A request to a path that a handler answers for.
     *
     * @param query without its question mark; empty where there is none
     */
    public record Request(String method, String path, String query, String body) {}

    /** An answer; without a code the connection is closed instead. */
    public record Reply(int code, String body) {
        public static final Reply NONE = new Reply(0, "");

        public static Reply refused(int code) {
            return new Reply(code, "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"code\": " + code + "}");
        }

        public static Reply page(String kind, String next, String... items) {
            return new Reply(
                    200,
                    "{\"kind\": \"" + kind + "List\", \"apiVersion\": \""
                            + version(kind) + "\", \"metadata\": {\"continue\": \"" + next
                            + "\"}, \"items\": [" + String.join(",", items) + "]}");
        }
    }

    /** Starts one on the loopback. */
    public FakeCluster() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private static String version(String kind) {
        return APPS.contains(kind) ? "apps/v1" : BATCH.contains(kind) ? "batch/v1" : "v1";
    }

    /** A list that fits on one page. */
    public FakeCluster list(String path, String kind, String... items) {
        return reply(path, next -> Reply.page(kind, "", items));
    }

    /** What a list answers to a token to continue; the empty one is its beginning. */
    public FakeCluster reply(String path, Function<String, Reply> reply) {
        replies.put(path, reply);
        return this;
    }

    /** What answers for everything below a path, writes too. */
    public FakeCluster handle(String prefix, Function<Request, Reply> handler) {
        handlers.put(prefix, handler);
        return this;
    }

    /** The paths that were asked, in order. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** Writes what leads a client here. */
    public Path kubeconfig(Path directory) throws IOException {
        return Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: fake
                clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: fake, user: {token: t}}]
                contexts: [{name: fake, context: {cluster: fake, user: fake}}]
                """.formatted(
                        server.getAddress().getPort()));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        asked.add(path);
        Optional<Function<Request, Reply>> handler = handlers.entrySet().stream()
                .filter(entry -> path.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
        if (handler.isPresent()) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            send(
                    exchange,
                    handler.get()
                            .apply(new Request(
                                    exchange.getRequestMethod(), path, query.equals("null") ? "" : query, body)));
            return;
        }
        String next = query.contains("continue=") ? query.replaceAll(".*continue=([^&]*).*", "$1") : "";
        // Nobody has put a single object there.
        boolean single = path.endsWith("configurations/apparmor-admission");
        Function<String, Reply> missing = any -> single ? Reply.refused(404) : Reply.page("Object", "");
        send(exchange, replies.getOrDefault(path, missing).apply(next));
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        if (reply.code() == 0) {
            // A length that is not kept: the client sees the connection end in the middle of the list.
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write("{\"kind\"".getBytes(StandardCharsets.UTF_8));
            exchange.close();
            return;
        }
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(reply.code(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
