package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Message;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.workload.Workload;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is answered over HTTP is what the decision says: nothing is added, lost or decided on the way. */
@QuarkusTest
@WithTestResource(WebhookFiles.class)
class DoorsAgreeTest {

    private static final int PODS = 300;
    private static final List<String> SECURITY = List.of(
            "{}",
            "{\"privileged\":true}",
            "{\"appArmorProfile\":{\"type\":\"RuntimeDefault\"}}",
            "{\"appArmorProfile\":{\"type\":\"Unconfined\"}}",
            "{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-web\"}}",
            "{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-db\"}}",
            "{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"learn\"}}",
            "{\"appArmorProfile\":{\"type\":\"Localhost\"}}",
            "{\"appArmorProfile\":{\"type\":\"unconfined\"}}");
    private static final List<String> PLACES = List.of(
            "",
            "\"nodeName\":\"n1\",",
            "\"nodeSelector\":{\"host\":\"n2\"},",
            "\"tolerations\":[{\"operator\":\"Exists\"}],");
    private static final List<String> ANNOTATIONS = List.of(
            "",
            "\"container.apparmor.security.beta.kubernetes.io/c0\":\"unconfined\"",
            "\"container.apparmor.security.beta.kubernetes.io/c0\":\"localhost/\"",
            "\"apparmor-admission.dev/unconfined\":\"*\",\"apparmor-admission.dev/reason\":\"a good reason\"",
            "\"apparmor-admission.dev/unconfined\":\"c1\"");

    @Inject
    HttpServer server;

    @Inject
    SnapshotStore snapshots;

    @Test
    void the_validating_door_answers_what_the_decision_says() throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        Random random = new Random(7);
        int denied = 0;
        for (int i = 0; i < PODS; i++) {
            String review = Reviews.create(pod(random));
            JsonNode response = webhook.response(Door.VALIDATE, review);
            Decision decision = decide(review);
            denied += decision.allowed() ? 0 : 1;

            assertThat(response.path("allowed").asBoolean()).as(review).isEqualTo(decision.allowed());
            assertThat(texts(response.path("warnings"))).as(review).isEqualTo(Message.warnings(decision));
            if (!decision.allowed()) {
                assertThat(response.path("status").path("message").asText()).isEqualTo(Message.denial(decision));
                assertThat(response.path("status")
                                .path("details")
                                .path("causes")
                                .findValuesAsText("reason"))
                        .isEqualTo(decision.findings(Action.ENFORCE).stream()
                                .map(finding -> finding.rule().id())
                                .toList());
            }
        }
        assertThat(denied).isBetween(PODS / 10, PODS * 9 / 10);
    }

    private Decision decide(String review) throws Exception {
        var request = new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8));
        Workload workload = request.object().orElseThrow().workload("shop").orElseThrow();
        return Decider.decide(
                workload,
                new Operation.Create(new Requester("jane", Set.of("system:authenticated"))),
                snapshots.current().orElseThrow(),
                Instant.now());
    }

    private static String pod(Random random) {
        List<String> containers = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            containers.add(
                    "{\"name\":\"c" + i + "\",\"image\":\"i\",\"securityContext\":" + one(SECURITY, random) + "}");
        }
        return "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"namespace\":\"shop\",\"annotations\":{"
                + one(ANNOTATIONS, random) + "}},\"spec\":{" + one(PLACES, random) + "\"securityContext\":"
                + (random.nextBoolean() ? "{}" : one(SECURITY, random).replace("\"privileged\":true", ""))
                + ",\"containers\":[" + String.join(",", containers) + "]}}";
    }

    private static String one(List<String> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
