package dev.apparmoradmission.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.apparmoradmission.cluster.UnreadableInputException;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the reader asks a server, and what it makes of the answers. A real API server is the matter of {@code e2e}. */
class ClusterReaderTest {

    private static final String HOME = "/api/v1/namespaces/apparmor-admission";
    private static final String VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, Integer> codes = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private KubernetesClient client;

    @BeforeEach
    void begin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder()
                        .withAutoConfigure(false)
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
        answers.put("/version", "{\"gitVersion\":\"v1.35.4\",\"minor\":\"35\"}");
        answers.put(HOME, "{\"kind\":\"Namespace\"}");
    }

    @AfterEach
    void end() {
        client.close();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        asked.add(exchange.getRequestMethod() + " " + path + (query.contains("dryRun") ? "?" + query : ""));
        byte[] body = exchange.getRequestBody().readAllBytes();
        String answer = query.contains("continue") ? answers.get(path + "#2") : answers.get(path);
        int code = codes.getOrDefault(path, answer == null ? 403 : 200);
        if (path.endsWith("/subjectaccessreviews") && code == 200) {
            ObjectNode review = (ObjectNode) mapper.readTree(body);
            boolean nodes =
                    review.at("/spec/resourceAttributes/resource").asText().equals("nodes");
            review.putObject("status").put("allowed", nodes);
            answer = review.toString();
        }
        byte[] bytes = (answer == null ? "{\"kind\":\"Status\",\"message\":\"forbidden to you\"}" : answer)
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Facts read(Optional<String> probeNamespace) throws UnreadableInputException {
        return new ClusterReader(client, SoundInstallation.NAMESPACE, probeNamespace).read(SoundInstallation.NOW);
    }

    @Test
    void a_list_is_read_page_by_page_and_each_item_knows_its_kind() throws Exception {
        answers.put(VALIDATING, list("one", "next page"));
        answers.put(VALIDATING + "#2", list("two", ""));

        Facts facts = read(Optional.empty());

        assertThat(facts.objects(Source.VALIDATING))
                .extracting(ApiObject::name, object -> object.text("/kind"))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("one", "ValidatingWebhookConfiguration"),
                        org.assertj.core.groups.Tuple.tuple("two", "ValidatingWebhookConfiguration"));
    }

    private static String list(String name, String next) {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("kind", "ValidatingWebhookConfigurationList");
        list.putObject("metadata").put("continue", next);
        list.putArray("items").addObject().putObject("metadata").put("name", name);
        return list.toString();
    }

    @Test
    void what_is_forbidden_names_the_right_that_it_takes() throws Exception {
        Facts facts = read(Optional.empty());

        assertThat(facts.reading(Source.PODS))
                .contains(new Reading.Unread("needs: list pods in namespace apparmor-admission"));
        assertThat(facts.rightsUnread()).isEqualTo("needs: create subjectaccessreviews.authorization.k8s.io");
        assertThat(facts.nodes()).isEmpty();
        assertThat(facts.nodesUnread()).contains("you may not list nodes");
        assertThat(facts.probesUnread()).isEqualTo("--no-probe was given");
        assertThat(Examination.in(SoundInstallation.NAMESPACE).of(facts).findings())
                .isEmpty();
    }

    @Test
    void nothing_is_sent_that_could_be_stored() throws Exception {
        answers.put("/apis/authorization.k8s.io/v1/subjectaccessreviews", "{}");
        Facts facts = read(Optional.of("default"));

        assertThat(facts.rights()).hasSizeGreaterThan(30);
        assertThat(facts.rights())
                .allSatisfy((right, allowed) -> assertThat(allowed)
                        .as(right.words())
                        .isEqualTo(right.resource().equals("nodes")
                                || right.resource().equals("nodes/proxy")));
        assertThat(asked)
                .filteredOn(request -> !request.startsWith("GET "))
                .allMatch(request -> request.equals("POST /apis/authorization.k8s.io/v1/subjectaccessreviews")
                        || request.startsWith("POST /api/v1/namespaces/default/pods?dryRun=All&"))
                .filteredOn(request -> request.contains("/pods"))
                .hasSize(2);
    }

    @Test
    void the_keys_of_a_secret_go_no_further_than_the_reader() throws Exception {
        JsonNode deployment = SoundInstallation.documents(java.nio.file.Path.of("deploy/base/deployment.yaml"))
                .get(0);
        ((com.fasterxml.jackson.databind.node.ArrayNode) deployment.at("/spec/template/spec/containers/0/env"))
                .addObject()
                .put("name", "APPARMOR_ADMISSION_TLS_MODE")
                .put("value", "self-managed");
        answers.put(
                "/apis/apps/v1/namespaces/apparmor-admission/deployments",
                "{\"kind\":\"DeploymentList\",\"metadata\":{},\"items\":[" + deployment + "]}");
        answers.put(
                HOME + "/secrets/apparmor-admission-tls",
                "{\"metadata\":{\"name\":\"apparmor-admission-tls\",\"annotations\":{\"a\":\"c2VjcmV0\"}},"
                        + "\"data\":{\"tls.crt\":\"Y3J0\",\"tls.key\":\"c2VjcmV0\",\"ca.key\":\"c2VjcmV0\"}}");

        Facts facts = read(Optional.empty());

        assertThat(facts.objects(Source.SECRET)).singleElement().satisfies(secret -> {
            assertThat(secret.text("/data/tls.crt")).isEqualTo("Y3J0");
            assertThat(secret.toString()).doesNotContain("c2VjcmV0");
        });
    }

    @Test
    void a_namespace_that_is_not_there_and_credentials_that_are_not_accepted_are_bad_input() {
        codes.put(HOME, 404);
        assertThatThrownBy(() -> read(Optional.empty()))
                .isInstanceOf(UnreadableInputException.class)
                .hasMessageContaining("there is no namespace apparmor-admission");
        codes.put(HOME, 401);
        assertThatThrownBy(() -> read(Optional.empty()))
                .isInstanceOf(UnreadableInputException.class)
                .hasMessageContaining("your credentials are not accepted");
    }
}
