package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;

/** Ten thousand reviews that went wrong on the way: whatever comes, the answer is a verdict or a plain refusal. */
@QuarkusTest
@WithTestResource(WebhookFiles.class)
class WebhookFuzzTest {

    private static final int REVIEWS = 10_000;
    private static final long SEED = 20261122;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> ODDITIES = List.of(
            "null",
            "[]",
            "{}",
            "true",
            "-1",
            "1e999",
            "\"\"",
            "\"\\u0000\\n\\u0085\\u00a0\\\"\"",
            "\"Unconfined\"",
            "[[[[]]]]",
            "{\"a\":{\"a\":{\"a\":null}}}",
            "\"localhost/\"",
            "[null]",
            "[1,\"a\",{}]",
            "9007199254740993");

    @Inject
    HttpServer server;

    @Test
    void no_review_gives_a_5xx_or_a_stack_trace() throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(webhook.trust());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls)
                .build();
        List<JsonNode> seeds = seeds();
        Random random = new Random(SEED);
        Map<Integer, Integer> statuses = new HashMap<>();

        for (int i = 0; i < REVIEWS; i++) {
            byte[] body = mutated(seeds.get(random.nextInt(seeds.size())), random);
            Door door = random.nextBoolean() ? Door.MUTATE : Door.VALIDATE;
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:" + webhook.port() + door.path()))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            statuses.merge(response.statusCode(), 1, Integer::sum);
            check(response, "review " + i + " of seed " + SEED + ": " + new String(body, StandardCharsets.ISO_8859_1));
        }

        assertThat(statuses.keySet()).containsExactlyInAnyOrder(200, 400);
        assertThat(statuses.get(200)).as("reviews that are judged").isGreaterThan(REVIEWS / 4);
    }

    private static void check(HttpResponse<String> response, String what) throws Exception {
        assertThat(response.statusCode()).as(what).isIn(200, 400);
        assertThat(response.body()).as(what).doesNotContain("Exception", "\\tat ", "internal error");
        JsonNode answer = JSON.readTree(response.body());
        if (response.statusCode() == 400) {
            assertThat(answer.path("error").asText()).as(what).isNotEmpty();
            return;
        }
        assertThat(answer.path("response").path("allowed").isBoolean()).as(what).isTrue();
        if (!answer.path("response").path("allowed").asBoolean()) {
            JsonNode status = answer.path("response").path("status");
            assertThat(status.path("code").asInt()).as(what).isEqualTo(403);
            assertThat(status.path("message").asText()).as(what).matches("\\P{Cc}*");
            assertThat(status.path("message").asText().getBytes(StandardCharsets.UTF_8).length)
                    .as(what)
                    .isBetween(1, 899);
        }
    }

    private static byte[] mutated(JsonNode seed, Random random) throws Exception {
        JsonNode review = seed.deepCopy();
        int structural = random.nextInt(4);
        for (int i = 0; i < structural; i++) {
            mutate(review, random);
        }
        byte[] bytes = JSON.writeValueAsBytes(review);
        if (random.nextInt(4) == 0) {
            int flips = 1 + random.nextInt(4);
            for (int i = 0; i < flips; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
        }
        return random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    /** Takes away, replaces, doubles or moves one value somewhere in the tree. */
    private static void mutate(JsonNode root, Random random) throws Exception {
        List<JsonNode> parents = new ArrayList<>();
        collect(root, parents);
        JsonNode parent = parents.get(random.nextInt(parents.size()));
        JsonNode other = parents.get(random.nextInt(parents.size())).deepCopy();
        JsonNode value = random.nextInt(3) == 0 ? other : JSON.readTree(ODDITIES.get(random.nextInt(ODDITIES.size())));
        if (parent instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(3)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name, value);
                default -> object.set(name + "\n\u0000", object.remove(name));
            }
        } else if (parent instanceof ArrayNode array && !array.isEmpty()) {
            switch (random.nextInt(3)) {
                case 0 -> array.remove(random.nextInt(array.size()));
                case 1 -> array.set(random.nextInt(array.size()), value);
                default -> array.add(array.get(random.nextInt(array.size())).deepCopy());
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> parents) {
        if (node.isContainerNode()) {
            parents.add(node);
            node.forEach(child -> collect(child, parents));
        }
    }

    private static List<JsonNode> seeds() throws Exception {
        String claim =
                "\"annotations\":{\"apparmor-admission.dev/unconfined\":\"app\",\"apparmor-admission.dev/reason\":"
                        + "\"a good reason\",\"apparmor-admission.dev/expires\":\"2027-01-01\","
                        + "\"container.apparmor.security.beta.kubernetes.io/app\":\"unconfined\"},\"namespace\"";
        String placed = Reviews.localhost("k8s-web")
                .replace(
                        "\"containers\"",
                        "\"nodeSelector\":{\"host\":\"n1\"},\"tolerations\":[{\"key\":\"lsm\",\"operator\":\"Exists\"}],"
                                + "\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{"
                                + "\"nodeSelectorTerms\":[{\"matchExpressions\":[{\"key\":\"host\",\"operator\":\"In\","
                                + "\"values\":[\"n1\"]}],\"matchFields\":[{\"key\":\"metadata.name\",\"operator\":\"NotIn\","
                                + "\"values\":[\"n2\"]}]}]}}},\"initContainers\":[{\"name\":\"i\",\"image\":\"i\"}],\"containers\"");
        String template =
                "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"metadata\":{\"name\":\"j\"},\"spec\":{\"jobTemplate\":"
                        + "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"c\"}]}}}}}}";
        String binding = "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"web\",\"annotations\":{"
                + "\"container.apparmor.security.beta.kubernetes.io/app\":\"unconfined\"}},\"target\":{\"name\":\"n1\"}}";
        String debug = Reviews.pod("{}")
                .replace("\"containers\"", "\"ephemeralContainers\":[{\"name\":\"d\",\"image\":\"d\"}],\"containers\"");
        List<JsonNode> seeds = new ArrayList<>();
        for (String review : List.of(
                Reviews.create(Reviews.podOf("Unconfined").replace("\"namespace\"", claim)),
                Reviews.create(placed),
                Reviews.create(Reviews.pod("{\"privileged\":true}")),
                Reviews.review("", "pods", "", "shop", "UPDATE", "Pod", placed, Reviews.pod("{}")),
                Reviews.review("", "pods", "ephemeralcontainers", "shop", "UPDATE", "Pod", debug, Reviews.pod("{}")),
                Reviews.review("", "pods", "binding", "shop", "CREATE", "Binding", binding, "null"),
                Reviews.review("batch", "cronjobs", "", "shop", "CREATE", "CronJob", template, "null"))) {
            seeds.add(JSON.readTree(review));
        }
        return seeds;
    }
}
