package dev.apparmoradmission.e2e.backstop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Ladder;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import dev.apparmoradmission.e2e.scene.PodDraft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The default as a MutatingAdmissionPolicy, on an API server of its own: v1beta1 is behind a feature gate in 1.35, which a cluster
 * that is shared with other tests does not have on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportedDefaultTest {
    private static final long SEED = 20261122;
    private static final int PODS = 600;
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";

    private TestCluster cluster;
    private ApiServer api;
    private Exported exported;
    private Product product;
    private Path policy;
    private Path scratch;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        scratch = directory;
        Path e2e = Path.of(System.getProperty("e2e.directory"));
        cluster = Ladder.apiServerAlone(
                Settings.ofProcess(),
                e2e,
                System.out,
                List.of(
                        "--feature-gates=MutatingAdmissionPolicy=true",
                        "--runtime-config=admissionregistration.k8s.io/v1beta1=true"));
        System.out.println("exported default: " + cluster.description());
        api = ApiServer.of(cluster.kubeconfig());
        api.create("", Manifest.parse("{apiVersion: v1, kind: Namespace, metadata: {name: backstop-pods}}"));
        // As it was before there was a policy.
        api.create("backstop-pods", PodDraft.pod("old").object());
        product = new Product(e2e, directory);
        policy = e2e.resolveSibling("policies").resolve("restricted.yaml");
        Path export = directory.resolve("export");
        product.run(List.of(
                "policy",
                "export",
                "--policy",
                policy.toString(),
                "--mutating",
                "v1beta1",
                "--output-dir",
                export.toString()));
        exported = new Exported(api);
        exported.file(export.resolve("validating.yaml"));
        exported.file(export.resolve("bindings.yaml"));
        exported.file(export.resolve("mutating.yaml"));
        exported.awaitInForce();
    }

    @AfterAll
    void end() {
        api.close();
        cluster.close();
    }

    @Test
    void podsGetTheDefaultThatCheckForesees() throws Exception {
        List<ObjectNode> pods = new GeneratedObjects(SEED).pods(PODS);
        Comparison comparison = new Comparison(api, product, scratch, Set.of());
        List<JsonNode> results = comparison.check(pods, "backstop-pods", List.of(policy));
        List<String> differences = new ArrayList<>();
        int stored = 0;
        int denied = 0;
        int defaulted = 0;
        int emptied = 0;
        for (int i = 0; i < pods.size(); i++) {
            Answer answer = api.create("backstop-pods", pods.get(i), "?dryRun=All");
            JsonNode result = results.get(i);
            if (!answer.ok()) {
                assertThat(answer.code()).as(answer.message()).isIn(403, 422);
                denied += answer.code() == 403 ? 1 : 0;
                if (answer.code() == 403
                        && Said.by(result, "Enforce"::equals, Set.of()).isEmpty()) {
                    differences.add(pods.get(i) + "\n  is denied: " + answer.message());
                }
                continue;
            }
            stored++;
            defaulted += pods.get(i).at("/spec/securityContext/appArmorProfile").isMissingNode()
                            && !answer.at("/spec/securityContext/appArmorProfile")
                                    .isMissingNode()
                    ? 1
                    : 0;
            emptied += annotations(pods.get(i)) - annotations(answer.body());
            Map<String, String> expected = new TreeMap<>();
            boolean windows = false;
            for (JsonNode container : result.path("containers")) {
                windows |= container.path("confinement").asText().equals("NotApplicable");
                expected.put(
                        container.path("name").asText(),
                        container.path("declared").asText());
            }
            Map<String, String> given = declared(answer.body());
            if (!given.equals(expected)) {
                differences.add(pods.get(i) + "\n  is given " + given + "\n  and should be " + expected);
            }
            assertThat(windows
                            && !pods.get(i)
                                    .at("/spec/securityContext/appArmorProfile")
                                    .isObject()
                            && answer.at("/spec/securityContext/appArmorProfile")
                                    .isObject())
                    .isFalse();
        }
        System.out.printf(
                Locale.ROOT,
                "exported default: %d pods: %d allowed, of which %d were given the default; %d empty annotations removed;"
                        + " %d denied; %d differences%n",
                PODS,
                stored,
                defaulted,
                emptied,
                denied,
                differences.size());
        assertThat(differences.stream().limit(5)).isEmpty();
        assertThat(defaulted).isGreaterThan(PODS / 20);
        assertThat(emptied).isPositive();
    }

    @Test
    void newEphemeralContainersGetItWhereThePodLevelHasNone() {
        String path = "/api/v1/namespaces/backstop-pods/pods/old";
        Answer plain = api.patch(
                path + "/ephemeralcontainers",
                ApiServer.STRATEGIC_PATCH,
                "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"dbg\",\"image\":\"busybox\"}]}}");
        assertThat(plain.ok()).as(plain.message()).isTrue();
        assertThat(plain.at("/spec/ephemeralContainers/0/securityContext/appArmorProfile/type")
                        .asText())
                .isEqualTo("RuntimeDefault");

        Answer unconfined = api.patch(
                path + "/ephemeralcontainers",
                ApiServer.STRATEGIC_PATCH,
                "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"dbg2\",\"image\":\"busybox\",\"securityContext\":"
                        + "{\"appArmorProfile\":{\"type\":\"Unconfined\"}}}]}}");
        assertThat(unconfined.code()).isEqualTo(403);
        assertThat(unconfined.message())
                .contains("container \"dbg2\" (spec.ephemeralContainers[", "[unconfined]")
                .doesNotContain("\"c\"", "\"dbg\"");
    }

    /** As with {@code deploy/components/failure-policy-ignore} while no webhook answers. */
    @Test
    void whileADeadWebhookIsIgnoredPodsStillGetTheDefaultAndNoneIsUnconfined() {
        for (String kind : List.of("Mutating", "Validating")) {
            JsonNode configuration = Manifest.parse("""
                    apiVersion: admissionregistration.k8s.io/v1
                    kind: %sWebhookConfiguration
                    metadata: {name: dead}
                    webhooks:
                      - name: dead.apparmor-admission.dev
                        clientConfig: {url: "https://127.0.0.1:9/"}
                        rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
                        admissionReviewVersions: [v1]
                        sideEffects: None
                        failurePolicy: Ignore
                        timeoutSeconds: 1
                    """.formatted(kind));
            Answer registered = api.create("", configuration);
            assertThat(registered.ok()).as(registered.message()).isTrue();
        }
        try {
            Answer plain = api.create("backstop-pods", PodDraft.pod("plain").object(), "?dryRun=All");
            assertThat(plain.at("/spec/securityContext/appArmorProfile/type").asText())
                    .as(plain.message())
                    .isEqualTo("RuntimeDefault");
            Answer loose = api.create(
                    "backstop-pods",
                    PodDraft.pod("loose").field(PodDraft.unconfined()).object(),
                    "?dryRun=All");
            assertThat(loose.code()).isEqualTo(403);
            assertThat(loose.message()).contains("[unconfined]");
        } finally {
            for (String kind : List.of("mutating", "validating")) {
                api.delete("/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations/dead");
            }
        }
    }

    private static int annotations(JsonNode pod) {
        return pod.at("/metadata/annotations").size();
    }

    /** The kubelet's reading: field, annotation, pod level. */
    private static Map<String, String> declared(JsonNode pod) {
        Map<String, String> declared = new TreeMap<>();
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.at("/spec/" + list)) {
                String name = container.path("name").asText();
                String field = profile(container.at("/securityContext/appArmorProfile"));
                String beta = pod.at("/metadata/annotations").path(BETA + name).asText();
                String annotated = beta.startsWith("localhost/")
                        ? "Localhost/" + beta.substring(10)
                        : Map.of("unconfined", "Unconfined", "runtime/default", "RuntimeDefault")
                                .getOrDefault(beta, "");
                String level = profile(pod.at("/spec/securityContext/appArmorProfile"));
                String found = !field.isEmpty() ? field : !annotated.isEmpty() ? annotated : level;
                declared.put(name, found.isEmpty() ? "None" : found);
            }
        }
        return declared;
    }

    private static String profile(JsonNode profile) {
        String type = profile.path("type").asText();
        return type.equals("Localhost")
                ? "Localhost/" + profile.path("localhostProfile").asText()
                : type;
    }
}
