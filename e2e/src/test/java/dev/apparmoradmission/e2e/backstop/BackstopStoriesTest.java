package dev.apparmoradmission.e2e.backstop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** With the backstop alone, no webhook: what still holds, and what still goes on. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackstopStoriesTest {
    private static final String NAMESPACE = "backstop-stories";
    private static final String PODS = "/api/v1/namespaces/" + NAMESPACE + "/pods/";
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final String CLAIM = "apparmor-admission.dev/unconfined";
    private static final String REASON = "apparmor-admission.dev/reason";

    private ApiServer api;
    private Exported exported;

    @BeforeAll
    void begin(Stage stage, @TempDir Path directory) throws Exception {
        api = ApiServer.of(stage.cluster().kubeconfig());
        stage.namespace(api, NAMESPACE, "{}");
        // Those that were there before the policy.
        store(PodDraft.pod("plain").object());
        store(PodDraft.empty("old").container("c", PodDraft.unconfined()).object());
        ObjectNode excused = PodDraft.pod("excused").object();
        excused.withObjectProperty("metadata")
                .putObject("annotations")
                .put(CLAIM, "dbg")
                .put(REASON, "needs ptrace on its neighbours");
        store(excused);
        Path export = directory.resolve("export");
        new Product(stage.directory(), directory)
                .run(List.of(
                        "policy",
                        "export",
                        "--policy",
                        stage.directory()
                                .resolveSibling("policies")
                                .resolve("restricted.yaml")
                                .toString(),
                        "--output-dir",
                        export.toString()));
        exported = new Exported(api);
        exported.file(export.resolve("validating.yaml"));
        exported.file(export.resolve("bindings.yaml"));
        exported.awaitInForce();
    }

    private void store(ObjectNode pod) {
        Answer answer = api.create(NAMESPACE, pod);
        assertThat(answer.ok()).as(answer.message()).isTrue();
    }

    @AfterAll
    void end() {
        exported.close();
        api.delete("/api/v1/namespaces/" + NAMESPACE);
        api.close();
    }

    @Test
    void anUnconfinedPodIsDeniedByNameRuleAndWayOut() {
        Answer answer = api.create(
                NAMESPACE,
                PodDraft.pod("new").container("helper", PodDraft.unconfined()).object(),
                "?dryRun=All");

        System.out.println("backstop says: " + answer.message());
        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.reason()).isEqualTo("Forbidden");
        assertThat(answer.message())
                .contains(
                        "container \"helper\" (spec.containers[1])",
                        "[unconfined]",
                        "use RuntimeDefault or a loaded Localhost profile, or document an exception",
                        CLAIM)
                .doesNotContain("\"c\"");
    }

    @Test
    void oldPodsCanBeLabelledAndDeletedButNotGivenAnotherImage() {
        assertThat(patch("old", "", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}").code())
                .isEqualTo(200);
        Answer image = patch("old", "", "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"other:2\"}]}}");
        assertThat(image.code()).isEqualTo(403);
        assertThat(image.message()).contains("[unconfined]");
    }

    @Test
    void aDebugContainerIsJudgedAloneAndByTheClaimsOfTheStoredPod() {
        String unconfined =
                "{\"name\":\"dbg\",\"image\":\"busybox\",\"securityContext\":{\"appArmorProfile\":{\"type\":\"Unconfined\"}}}";
        String request = "{\"metadata\":{\"annotations\":{\"" + CLAIM + "\":\"*\",\"" + REASON
                + "\":\"needs ptrace on its neighbours\"}},\"spec\":{\"ephemeralContainers\":[" + unconfined + "]}}";

        Answer denied = patch("plain", "/ephemeralcontainers", request);
        assertThat(denied.code()).isEqualTo(403);
        assertThat(denied.message()).contains("container \"dbg\" (spec.ephemeralContainers[0])", "[unconfined]");

        assertThat(patch("excused", "/ephemeralcontainers", request).code()).isEqualTo(200);

        Answer confined = patch("old", "/ephemeralcontainers", request.replace("Unconfined", "RuntimeDefault"));
        assertThat(confined.code()).as(confined.message()).isEqualTo(200);
    }

    @Test
    void aBindingCannotTakeAPodsProfileAway() {
        String binding =
                "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"plain\",\"annotations\":{%s}},"
                        + "\"target\":{\"kind\":\"Node\",\"name\":\"nowhere\"}}";
        for (String path : List.of(PODS + "plain/binding", "/api/v1/namespaces/" + NAMESPACE + "/bindings")) {
            Answer denied = api.post(path + "?dryRun=All", binding.formatted("\"" + BETA + "c\":\"unconfined\""));
            assertThat(denied.code()).isEqualTo(403);
            assertThat(denied.message()).contains("-bindings'", "[annotation-malformed]");
            Answer passed = api.post(path + "?dryRun=All", binding.formatted("\"other\":\"x\""));
            assertThat(passed.code()).as(passed.message()).isEqualTo(201);
        }
    }

    @Test
    void aTemplateIsWarnedOfWhenItIsMadeAndWhenItsProfilesChangeOnly() {
        ObjectNode deployment = Manifest.parse("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      securityContext: {appArmorProfile: {type: Unconfined}}
                      containers: [{name: c, image: "a:1"}]
                """);
        Answer made = api.create(NAMESPACE, deployment);
        assertThat(made.ok()).as(made.message()).isTrue();
        assertThat(made.warnings())
                .anySatisfy(warning ->
                        assertThat(warning).contains("pod level (spec.template.spec.securityContext)", "[unconfined]"))
                .anySatisfy(
                        warning -> assertThat(warning).contains("container \"c\" (spec.template.spec.containers[0])"));

        String path = "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/web";
        Answer scaled = api.patch(path, ApiServer.MERGE_PATCH, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
        assertThat(scaled.ok()).as(scaled.message()).isTrue();
        assertThat(scaled.warnings()).isEmpty();
        Answer changed = api.patch(
                path,
                ApiServer.STRATEGIC_PATCH,
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"a:2\"}]}}}}");
        assertThat(changed.warnings()).isNotEmpty();
    }

    @Test
    void windowsPodsAndSystemNamespacesAreLeftAlone() {
        JsonNode windows = Manifest.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: w, annotations: {%sc: unconfined}}
                spec: {os: {name: windows}, containers: [{name: c, image: "a:1"}]}
                """.formatted(BETA));
        assertThat(api.create(NAMESPACE, windows, "?dryRun=All").code()).isEqualTo(201);
        JsonNode system =
                PodDraft.empty("s").container("c", PodDraft.unconfined()).object();
        assertThat(api.create("kube-system", system, "?dryRun=All").code()).isEqualTo(201);
    }

    /** The API server bounds what an evaluation may cost; far beyond what pods have, it ends it, and the policy denies. */
    @Test
    void aPodOfAHundredContainersIsJudgedLikeAnyOther() {
        Answer confined = api.create(NAMESPACE, many(100, PodDraft.runtimeDefault()), "?dryRun=All");
        assertThat(confined.code()).as(confined.message()).isEqualTo(201);
        Answer loose = api.create(NAMESPACE, many(100, PodDraft.unconfined()), "?dryRun=All");
        assertThat(loose.code()).isEqualTo(403);
        assertThat(loose.message()).contains("[unconfined]");

        int most = 100;
        Answer answer = confined;
        while (answer.ok() && most < 2000) {
            most += 100;
            answer = api.create(NAMESPACE, many(most, PodDraft.runtimeDefault()), "?dryRun=All");
        }
        System.out.println("backstop: a pod of " + most + " containers gets " + answer.code() + " " + answer.message());
    }

    /** Only the last of them has another profile than the default. */
    private static JsonNode many(int containers, JsonNode last) {
        PodDraft draft = PodDraft.empty("many").level(PodDraft.runtimeDefault());
        for (int i = 1; i < containers; i++) {
            draft = draft.container("c" + i);
        }
        return draft.container("last", last).object();
    }

    private Answer patch(String pod, String subresource, String patch) {
        return api.patch(PODS + pod + subresource, ApiServer.STRATEGIC_PATCH, patch);
    }
}
