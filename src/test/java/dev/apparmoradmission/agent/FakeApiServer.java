package dev.apparmoradmission.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An API server that records what it is asked, and answers as a test says. */
final class FakeApiServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final int port;
    private Optional<HttpServer> server = Optional.empty();
    private volatile Answer answer = Answer.of(200, "{}");

    record Request(String method, String target, Map<String, List<String>> headers, JsonNode body, int answered) {

        /** The inventory of node n1 in it. */
        String value() {
            return body.at("/data/n1").asText();
        }
    }

    record Answer(int code, String body, Map<String, String> headers, long delayMillis) {
        static Answer of(int code, String body) {
            return new Answer(code, body, Map.of(), 0);
        }

        static Answer status(int code, String message) {
            return of(
                    code,
                    JSON.createObjectNode()
                            .put("kind", "Status")
                            .put("message", message)
                            .toString());
        }
    }

    FakeApiServer() throws IOException {
        HttpServer first = open(0);
        this.port = first.getAddress().getPort();
        this.server = Optional.of(first);
    }

    private HttpServer open(int at) throws IOException {
        HttpServer opened = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        opened.createContext("/", this::handle);
        opened.setExecutor(threads);
        opened.start();
        return opened;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Answer now = answer;
        JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                Map.copyOf(exchange.getRequestHeaders()),
                body,
                now.code()));
        if (now.delayMillis() > 0) {
            try {
                Thread.sleep(now.delayMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        now.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] bytes = now.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(now.code(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    void answer(Answer next) {
        answer = next;
    }

    /** Everything it was asked so far. */
    List<Request> requests() {
        return requests;
    }

    /** What it said yes to. */
    List<Request> accepted() {
        return requests.stream().filter(request -> request.answered() < 300).toList();
    }

    /** The value that it holds now; nothing before the first. */
    String value() {
        List<Request> all = accepted();
        return all.isEmpty() ? "" : all.get(all.size() - 1).value();
    }

    void stop() {
        server.ifPresent(running -> running.stop(0));
        server = Optional.empty();
    }

    void startAgain() throws IOException {
        server = Optional.of(open(port));
    }

    @Override
    public void close() {
        stop();
        threads.shutdownNow();
    }
}
