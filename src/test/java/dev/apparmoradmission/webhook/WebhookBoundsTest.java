package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stranger at the ports learns, and how much of them he can take. */
@QuarkusTest
@WithTestResource(WebhookFiles.class)
class WebhookBoundsTest {

    /** Words of the policy, the nodes, the namespaces and the inventory of this webhook, and of what it is made of. */
    private static final List<String> OURS = List.of(
            "strict",
            "k8s-web",
            "k8s-db",
            "n1",
            "n2",
            "containerd",
            "shop",
            "Quarkus",
            "Vert",
            "Netty",
            "netty",
            "java");

    @Inject
    HttpServer server;

    private WebhookClient webhook;

    @BeforeEach
    void connect() throws Exception {
        webhook = WebhookClient.of(server);
    }

    private SSLSocket open() throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(webhook.trust());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("localhost", webhook.port());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** What is answered. It may come, and the connection end, while the request is still on its way. */
    private String raw(String request) throws Exception {
        try (SSLSocket socket = open()) {
            socket.startHandshake();
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> received(socket));
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            } catch (IOException ended) {
                // The answer says why.
            }
            return answer.get(30, TimeUnit.SECONDS);
        }
    }

    private static String received(SSLSocket socket) {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(received);
        } catch (IOException ended) {
            // What had come until then counts.
        }
        return received.toString(StandardCharsets.UTF_8);
    }

    // ---- what is told

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/q",
                "/q/health",
                "/q/health/ready",
                "/q/metrics",
                "/q/dev",
                "/q/info",
                "/q/openapi",
                "/policies",
                "/inventory",
                "/metrics",
                "/healthz",
                "/debug/pprof",
                "/..%2f..%2fetc/passwd",
                "/validate/",
                "/mutate/x",
                "/favicon.ico"
            })
    void a_path_beside_the_two_tells_one_sentence_whatever_it_is(String path) throws Exception {
        Response answer = webhook.request().urlEncodingEnabled(false).get(path);

        assertThat(answer.statusCode()).isIn(404, 405);
        assertThat(answer.asString())
                .isIn(
                        "{\"error\":\"nothing is here: POST to /mutate or /validate\"}",
                        "{\"error\":\"only POST is answered here\"}");
        assertThat(answer.headers().asList().toString()).doesNotContainIgnoringCase("server=", "powered", "quarkus");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"})
    void no_method_but_post_tells_anything(String method) throws Exception {
        String answer = raw(method + " /validate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 405 ").doesNotContain(OURS).doesNotContain("Exception");
    }

    @Test
    void a_review_of_ones_own_making_tells_of_the_pod_in_it_and_lists_nothing() throws Exception {
        String answer =
                webhook.post(Door.VALIDATE, Reviews.create(Reviews.pod("{}"))).asString();

        assertThat(answer).contains("\"allowed\":true").doesNotContain("k8s-web", "k8s-db", "containerd", "n1", "n2");
    }

    @Test
    void probes_tell_no_name_of_a_node_a_policy_or_a_profile() throws Exception {
        for (String path : List.of("/q/health/live", "/q/health/ready", "/q/health", "/q/health/started")) {
            assertThat(webhook.management().get(path).asString())
                    .as(path)
                    .doesNotContain("strict", "k8s-web", "k8s-db", "n1", "n2", "containerd", "shop");
        }
    }

    @Test
    void metrics_name_namespaces_with_findings_and_no_node_profile_or_pod() throws Exception {
        webhook.post(Door.VALIDATE, Reviews.create(Reviews.localhost("k8s-db")));

        assertThat(webhook.metrics())
                .contains("namespace=\"shop\"")
                .doesNotContain("k8s-web", "k8s-db", "\"n1\"", "\"n2\"", "strict", "containerd://");
    }

    // ---- how much can be taken

    @ParameterizedTest(name = "{0}")
    @CsvSource({"a header of 9 KiB,431,9000,0", "a path of 2 KiB,414,0,2000"})
    void more_than_an_api_server_sends_ends_the_connection_with_a_status(String what, int status, int header, int path)
            throws Exception {
        String answer = raw("POST /validate?" + "x".repeat(path) + " HTTP/1.1\r\nHost: localhost\r\nX: "
                + "y".repeat(header) + "\r\nContent-Length: 0\r\n\r\n");

        assertThat(answer.lines().findFirst().orElse("")).matches("HTTP/1\\.[01] " + status + " .*");
        assertThat(answer).doesNotContain("Exception", "netty", "vertx");
    }

    @Test
    void ten_thousand_small_headers_are_too_many() throws Exception {
        String answer = raw("POST /validate HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n".repeat(10_000) + "\r\n");

        assertThat(answer).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void http_2_is_not_offered() throws Exception {
        try (SSLSocket socket = open()) {
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();

            assertThat(socket.getApplicationProtocol()).isNotEqualTo("h2");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET % HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /validate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST https://other:1/validate HTTP/1.1\r\nHost: \u0001\r\nConnection: close\r\n\r\n",
                "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            })
    void what_is_hardly_http_is_told_nothing_of_the_works(String request) throws Exception {
        String answer = raw(request + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer)
                .doesNotContain("Exception", "xception:", "vertx", "netty", "stack", "Error id", " 500 ", " 200 ");
    }

    @Test
    void plain_http_on_the_port_for_https_is_not_answered() throws Exception {
        try (Socket socket = new Socket("localhost", webhook.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(endOf(socket), StandardCharsets.ISO_8859_1)).doesNotContain("HTTP");
        }
    }

    private static byte[] endOf(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    @Test
    void the_management_port_holds_so_many_connections_and_still_answers() throws Exception {
        int port = server.getManagementPort();
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                idle.add(new Socket("localhost", port));
            }
            assertThat(webhook.management().get("/q/health/ready").statusCode()).isEqualTo(200);
            int ended = 0;
            for (Socket socket : idle.subList(0, 100)) {
                socket.setSoTimeout(5_000);
                // An end or a reset; a connection that is still held would run into the time limit.
                ended += socketEnded(socket) ? 1 : 0;
            }
            assertThat(ended).isEqualTo(100);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    private static boolean socketEnded(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException held) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void a_file_that_is_sent_to_the_management_port_is_not_kept() throws Exception {
        Response answer = webhook.management()
                .multiPart("file", "upload.txt", "x".repeat(100_000).getBytes(StandardCharsets.US_ASCII))
                .post("/q/metrics");

        assertThat(answer.statusCode()).isIn(200, 404, 405, 413);
        assertThat(java.nio.file.Path.of("file-uploads")).doesNotExist();
    }
}
