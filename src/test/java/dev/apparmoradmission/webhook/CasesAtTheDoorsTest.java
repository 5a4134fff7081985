package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.cases.CaseFolder;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.wire.AdmissionReviewWriter;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case folder through the doors of the webhook, from bytes to bytes: what {@code check} says of a file is what comes of
 * the pod once it has been mutated and is validated.
 */
class CasesAtTheDoorsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<String> names() throws IOException {
        return CaseFolder.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_webhook_comes_to_what_check_expects(String name) throws Exception {
        CaseFolder folder = CaseFolder.named(name);
        ObjectNode object = (ObjectNode) Documents.of(Files.readAllBytes(folder.workload()), DocumentLimits.MANIFESTS)
                .next()
                .orElseThrow()
                .tree()
                .value();
        boolean allowed = folder.expected().path("allowed").asBoolean();

        JsonNode mutated = answer(Door.MUTATE, object, folder.snapshot());
        if (mutated.has("patch")) {
            apply(JSON.readTree(mutated.path("patch").binaryValue()), object);
        }
        JsonNode validated = answer(Door.VALIDATE, object, folder.snapshot());

        if (!object.path("kind").asText().equals("Pod")) {
            assertThat(mutated.has("patch")).as("a template is never patched").isFalse();
            // The pods are denied; the template is let in with a warning, as the policies of the cases have it.
            assertThat(validated.path("warnings").isEmpty() && !allowed)
                    .as(validated.toString())
                    .isFalse();
            return;
        }
        assertThat(validated.path("allowed").asBoolean())
                .as(validated.toString())
                .isEqualTo(allowed);
        assertThat(reasons(validated)).isEqualTo(enforced(folder.expected()));
    }

    private static JsonNode answer(Door door, ObjectNode object, Snapshot snapshot) throws Exception {
        String namespace = object.path("metadata").path("namespace").asText("default");
        WorkloadKind kind = WorkloadKind.of(
                        object.path("apiVersion").asText(), object.path("kind").asText())
                .orElseThrow();
        String review = Reviews.review(
                kind.group(), "any", "", namespace, "CREATE", kind.kindName(), object.toString(), "null");
        Ruling ruling = Admission.judge(
                door,
                new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8)),
                snapshot,
                CaseFolder.NOW);
        return JSON.readTree(new AdmissionReviewWriter().write(Answers.of(ruling, snapshot.dryRun())))
                .path("response");
    }

    private static void apply(JsonNode patch, ObjectNode object) {
        for (JsonNode operation : patch) {
            JsonPointer pointer = JsonPointer.compile(operation.path("path").asText());
            ObjectNode parent = (ObjectNode) object.at(pointer.head());
            String field = pointer.last().getMatchingProperty();
            if (operation.path("op").asText().equals("remove")) {
                assertThat(parent.remove(field)).as("removed by " + operation).isNotNull();
            } else {
                parent.set(field, operation.path("value"));
            }
        }
    }

    private static List<String> reasons(JsonNode response) {
        return response.path("status").path("details").path("causes").findValuesAsText("reason").stream()
                .sorted()
                .toList();
    }

    private static List<String> enforced(JsonNode expected) {
        List<String> rules = new ArrayList<>();
        for (JsonNode finding : expected.path("findings")) {
            if (finding.path("action").asText().equals("Enforce")) {
                rules.add(finding.path("rule").asText());
            }
        }
        rules.sort(null);
        return rules;
    }
}
