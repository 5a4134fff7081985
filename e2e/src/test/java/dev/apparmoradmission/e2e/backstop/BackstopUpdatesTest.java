package dev.apparmoradmission.e2e.backstop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Generated pods and templates that were stored before there was a policy, and are then changed: what {@code check} says of the
 * object as it would become is said where the change matters (contract §6), and nothing where it does not. Of a debug container
 * only what is about it.
 */
@ExtendWith(RealApiServer.class)
class BackstopUpdatesTest {
    private static final long SEED = 20261123;
    private static final int PODS = 70;
    private static final int TEMPLATES = 64;
    private static final String NAMESPACE = "backstop-updates";
    private static final String DEBUG = "dbg";
    private static final Set<String> NEEDS_THE_DEFAULT = Set.of("profile-missing");
    /** Of a change only the time of the pod's creation is known, so maxDays is not looked at: no exception ends so late here. */
    private static final String LATE = GeneratedObjects.day(400);

    @TempDir
    Path directory;

    /**
     * A change.
     *
     * @param path what is patched, with the subresource
     * @param body a strategic merge patch
     * @param matters whether it is judged
     * @param debug whether a debug container is added
     * @param becomes the object after it
     */
    private record Change(String path, String body, boolean matters, boolean debug, ObjectNode becomes) {}

    @ParameterizedTest
    @CsvSource({"restricted, true", "granted, false"})
    void aChangeIsJudgedWhereItMattersAsCheckJudgesTheResult(String policy, boolean warning, Stage stage)
            throws IOException, InterruptedException {
        List<Path> policies = ComparedPolicies.named(policy, stage.directory().resolveSibling("policies"), directory);
        if (warning) {
            policies = ComparedPolicies.warning(policies, directory);
        }
        Product product = new Product(stage.directory(), directory);
        List<String> export = new ArrayList<>(List.of(
                "policy", "export", "--output-dir", directory.resolve("export").toString()));
        policies.forEach(file -> export.addAll(List.of("--policy", file.toString())));
        product.run(export);
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig());
                Exported exported = new Exported(api)) {
            stage.namespace(api, NAMESPACE, "{team: a}");
            List<Change> changes = changes(api);
            exported.file(directory.resolve("export").resolve("validating.yaml"));
            exported.awaitInForce();
            boolean hasDefault = policy.equals("restricted");
            Comparison comparison = new Comparison(api, product, directory, hasDefault ? NEEDS_THE_DEFAULT : Set.of());
            List<JsonNode> results =
                    comparison.check(changes.stream().map(Change::becomes).toList(), NAMESPACE, policies);
            int unjudged = 0;
            for (int i = 0; i < changes.size(); i++) {
                Change change = changes.get(i);
                Answer answer = api.patch(change.path() + "?dryRun=All", ApiServer.STRATEGIC_PATCH, change.body());
                if (change.matters()) {
                    comparison.compare(
                            Manifest.json(change.body()),
                            answer,
                            about(change, results.get(i)),
                            isWarned(change, policy));
                } else {
                    unjudged++;
                    assertThat(answer.ok()).as(change + ": " + answer.message()).isTrue();
                    assertThat(Said.by(answer.warnings())).as(change.toString()).isEmpty();
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "backstop, changes, %s%s: %d that do not matter and are not judged; %s%n",
                    policy,
                    warning ? ", each rule a warning" : "",
                    unjudged,
                    comparison.counts());
            assertThat(comparison.differences().stream().limit(5)).isEmpty();
            assertThat(comparison.compared()).isGreaterThan(changes.size() / 4);
            assertThat(unjudged).isGreaterThan(PODS / 2);
            assertThat(comparison.excused()).isPositive();
        } finally {
            try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
                for (String collection :
                        List.of("/api/v1/namespaces/%s/pods", "/apis/apps/v1/namespaces/%s/deployments")) {
                    api.delete(collection.formatted(NAMESPACE));
                }
            }
        }
    }

    private static boolean isWarned(Change change, String policy) {
        return change.path().contains("/deployments/") && policy.equals("restricted");
    }

    /** Stores pods and Deployments, and thinks of what to change in them. */
    private static List<Change> changes(ApiServer api) {
        List<Change> changes = new ArrayList<>();
        GeneratedObjects generated = new GeneratedObjects(SEED);
        for (ObjectNode pod : generated.pods(PODS)) {
            Answer stored =
                    pod.toString().contains(LATE) ? new Answer(0, pod, List.of(), "") : api.create(NAMESPACE, pod);
            if (stored.ok()) {
                ofPod((ObjectNode) stored.body(), changes);
            }
        }
        for (ObjectNode template : generated.templates(TEMPLATES)) {
            if (template.path("kind").asText().equals("Deployment")
                    && !template.toString().contains(LATE)) {
                template.withObjectProperty("spec").put("replicas", 0);
                Answer stored = api.create(NAMESPACE, template);
                if (stored.ok()) {
                    ofTemplate((ObjectNode) stored.body(), changes);
                }
            }
        }
        return changes;
    }

    private static void ofPod(ObjectNode pod, List<Change> changes) {
        String path = "/api/v1/namespaces/" + NAMESPACE + "/pods/"
                + pod.at("/metadata/name").asText();
        boolean bound = pod.at("/spec").has("nodeName");
        for (String metadata : List.of(
                "{\"labels\":{\"a\":\"b\"}}",
                "{\"annotations\":{\"apparmor-admission.dev/unconfined\":\"*\"}}",
                "{\"finalizers\":[\"example.com/hold\"]}")) {
            changes.add(new Change(path, "{\"metadata\":" + metadata + "}", false, false, pod));
        }
        changes.add(new Change(
                path,
                "{\"spec\":{\"containers\":[{\"name\":\"c0\",\"image\":\"registry.example/other:2\"}]}}",
                true,
                false,
                withImage(pod.deepCopy())));
        ObjectNode tolerating = pod.deepCopy();
        tolerating
                .withObjectProperty("spec")
                .withArrayProperty("tolerations")
                .addObject()
                .put("key", "dedicated")
                .put("operator", "Exists");
        changes.add(new Change(
                path,
                "{\"spec\":{\"tolerations\":" + tolerating.at("/spec/tolerations") + "}}",
                !bound,
                false,
                tolerating));
        for (String context : List.of(
                "{}",
                "{\"appArmorProfile\":{\"type\":\"RuntimeDefault\"}}",
                "{\"appArmorProfile\":{\"type\":\"Unconfined\"}}",
                "{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-web\"}}",
                "{\"appArmorProfile\":{\"type\":\"Localhost\",\"localhostProfile\":\"unconf\"}}",
                "{\"privileged\":true}")) {
            ObjectNode debugged = pod.deepCopy();
            ObjectNode container = debugged.withObjectProperty("spec")
                    .withArrayProperty("ephemeralContainers")
                    .addObject()
                    .put("name", DEBUG)
                    .put("image", "busybox");
            container.set("securityContext", Manifest.json(context));
            changes.add(new Change(
                    path + "/ephemeralcontainers",
                    // What the request claims is nothing: the stored pod's annotations count.
                    "{\"metadata\":{\"annotations\":{\"apparmor-admission.dev/unconfined\":\"*\","
                            + "\"apparmor-admission.dev/reason\":\"because I say so\"}},"
                            + "\"spec\":{\"ephemeralContainers\":[" + container + "]}}",
                    true,
                    true,
                    debugged));
        }
    }

    private static ObjectNode withImage(ObjectNode pod) {
        ((ObjectNode) pod.at("/spec/containers/0")).put("image", "registry.example/other:2");
        return pod;
    }

    private static void ofTemplate(ObjectNode deployment, List<Change> changes) {
        String path = "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/"
                + deployment.at("/metadata/name").asText();
        changes.add(new Change(path, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}", false, false, deployment));
        changes.add(new Change(path, "{\"spec\":{\"paused\":true}}", false, false, deployment));
        ObjectNode image = deployment.deepCopy();
        ((ObjectNode) image.at("/spec/template/spec/containers/0")).put("image", "registry.example/other:2");
        changes.add(new Change(
                path,
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c0\",\"image\":\"registry.example/other:2\"}]}}}}",
                true,
                false,
                image));
        ObjectNode labelled = deployment.deepCopy();
        labelled.withObjectProperty("spec")
                .withObjectProperty("template")
                .withObjectProperty("metadata")
                .withObjectProperty("labels")
                .put("a", "b");
        changes.add(new Change(
                path, "{\"spec\":{\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}}}}}", true, false, labelled));
    }

    /** Of a pod with a debug container only what is about that: the others are not judged again. */
    private static JsonNode about(Change change, JsonNode result) {
        if (!change.debug()) {
            return result;
        }
        ObjectNode only = result.deepCopy();
        only.putArray("findings");
        for (JsonNode finding : result.path("findings")) {
            if (finding.path("container").asText().equals(DEBUG)) {
                only.withArrayProperty("findings").add(finding);
            }
        }
        return only;
    }
}
