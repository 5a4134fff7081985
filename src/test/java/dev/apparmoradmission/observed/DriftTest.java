package dev.apparmoradmission.observed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.decision.Manifests;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import dev.apparmoradmission.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a running pod is no longer, each kind and what is none of it. */
class DriftTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    @TempDir
    Path dir;

    private Snapshot snapshot;

    @BeforeEach
    void cluster() throws IOException {
        snapshot = snapshot("{type: RuntimeDefault}", false);
    }

    private Snapshot snapshot(String defaultProfile, boolean dryRun) throws IOException {
        Path policy = Files.writeString(dir.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  match: {excludeNamespaces: [kube-system]}
                  defaultProfile: %s
                  exceptions: {source: Annotation, require: [reason]}
                """.formatted(defaultProfile));
        Path nodes = Files.writeString(dir.resolve("nodes.yaml"), """
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: Node, metadata: {name: holds}, status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.0"}}}
                - {apiVersion: v1, kind: Node, metadata: {name: lost}, status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.0"}}}
                - {apiVersion: v1, kind: Node, metadata: {name: logs}, status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.0"}}}
                - {apiVersion: v1, kind: Node, metadata: {name: without}, status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.0"}}}
                - {apiVersion: v1, kind: Node, metadata: {name: silent}, status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.0"}}}
                """);
        Path inventory = Files.writeString(dir.resolve("inventory.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
                data:
                  holds: "cri-containerd.apparmor.d (enforce)\\nk8s-web (enforce)"
                  lost: "cri-containerd.apparmor.d (enforce)"
                  logs: "cri-containerd.apparmor.d (complain)\\nk8s-web (complain)"
                  without: "# apparmor: disabled"
                """);
        ClusterFiles.View view = new ClusterFiles(List.of(inventory), List.of(nodes), List.of())
                .read(new InventoryReader(new ProfileLists()), TransientTaints.WELL_KNOWN);
        return new Snapshot(
                Observation.policies(List.of(policy), problem -> {}).orElseThrow(),
                view.nodes(),
                view.namespaces(),
                dryRun);
    }

    private List<Drift> drifts(String pod, Optional<Instant> created, Optional<Instant> since) {
        Workload workload = Manifests.read(Manifests.yaml(pod)).orElseThrow();
        Operation operation =
                workload.kind().isTemplate() ? Operation.Review.SHARED : new Operation.Create(Requester.ANYONE);
        return Drift.of(workload, Decider.decide(workload, operation, snapshot, NOW), created, since);
    }

    private List<String> kinds(String pod) {
        return drifts(pod, Optional.empty(), Optional.empty()).stream()
                .map(drift -> drift.kind().reportName())
                .toList();
    }

    private static String pod(String metadata, String spec, String container) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: p, namespace: shop%s}
                spec:
                  %s
                  containers: [{name: app, image: i, securityContext: {%s}}]
                """.formatted(metadata, spec.replace("\n", "\n  "), container);
    }

    private static final String WEB = "appArmorProfile: {type: Localhost, localhostProfile: k8s-web}";
    private static final String DEFAULT = "appArmorProfile: {type: RuntimeDefault}";

    @ParameterizedTest
    @CsvSource({
        "holds,",
        "lost, profile-unloaded",
        "logs, profile-weakened",
        "without, profile-unloaded",
        "silent,",
        "strange,"
    })
    void a_profile_of_a_bound_pod_is_looked_up_on_its_node(String node, String kind) {
        List<String> expected = kind == null ? List.of() : List.of(kind);

        assertThat(kinds(pod("", "nodeName: " + node, WEB))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"holds,", "lost,", "logs, profile-weakened", "without, profile-unloaded"})
    void the_runtimes_own_profile_drifts_too(String node, String kind) {
        List<String> expected = kind == null ? List.of() : List.of(kind);

        assertThat(kinds(pod("", "nodeName: " + node, DEFAULT))).isEqualTo(expected);
    }

    @Test
    void a_pod_that_waits_for_a_node_runs_nowhere_and_has_not_drifted() {
        assertThat(kinds(pod("", "nodeSelector: {}", WEB))).isEmpty();
    }

    @Test
    void a_privileged_container_never_had_its_profile_and_has_not_lost_it() {
        assertThat(kinds(pod("", "nodeName: holds", DEFAULT + ", privileged: true")))
                .isEmpty();
    }

    @Test
    void a_template_does_not_run() {
        assertThat(kinds("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: d, namespace: shop}
                spec: {template: {spec: {containers: [{name: app, image: i, securityContext: {appArmorProfile: {type: Unconfined}}}]}}}
                """)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // pod level | annotation | what it is
                "{type: RuntimeDefault} | unconfined | by-binding",
                "{type: RuntimeDefault} | localhost/k8s-web | by-binding",
                "{type: RuntimeDefault} | 'localhost/ padded' | by-binding",
                "{type: RuntimeDefault} | runtime/default |",
                "{} | unconfined | by-binding",
                "{} | runtime/default |",
            })
    void an_annotation_without_its_field_that_says_something_else_came_by_a_binding(
            String podLevel, String annotation, String kind) {
        String level = podLevel.equals("{}") ? "" : "\nsecurityContext: {appArmorProfile: " + podLevel + "}";
        List<String> kinds = kinds(pod(
                ", annotations: {container.apparmor.security.beta.kubernetes.io/app: \"" + annotation + "\"}",
                "nodeName: holds" + level,
                ""));

        assertThat(kinds).isEqualTo(kind == null ? List.of() : List.of(kind));
    }

    @Test
    void an_annotation_that_its_field_outranks_changes_nothing() {
        assertThat(kinds(pod(
                        ", annotations: {container.apparmor.security.beta.kubernetes.io/app: unconfined}",
                        "nodeName: holds",
                        DEFAULT)))
                .isEmpty();
    }

    @Test
    void what_the_api_server_takes_without_a_field_need_not_have_come_by_a_binding() {
        // A padded name is accepted at creation and never copied; without a pod level nothing speaks against that.
        assertThat(kinds(pod(
                        ", annotations: {container.apparmor.security.beta.kubernetes.io/app: \"localhost/ padded\"}",
                        "nodeSelector: {}",
                        "")))
                .isEmpty();
    }

    @Test
    void an_ephemeral_container_can_have_its_annotation_from_a_binding_only() {
        assertThat(kinds("""
                apiVersion: v1
                kind: Pod
                metadata: {name: p, namespace: shop, annotations: {container.apparmor.security.beta.kubernetes.io/dbg: unconfined}}
                spec:
                  nodeName: holds
                  containers: [{name: app, image: i, securityContext: {appArmorProfile: {type: RuntimeDefault}}}]
                  ephemeralContainers: [{name: dbg, image: i}]
                """)).containsExactly("by-binding");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-22T10:00:00Z, 2026-11-22T11:00:00Z, before-admission",
        "2026-11-22T12:00:00Z, 2026-11-22T11:00:00Z, not-as-admitted",
        "2026-11-22T12:00:00Z, , not-as-admitted",
        ", 2026-11-22T11:00:00Z, not-as-admitted"
    })
    void a_pod_that_would_not_be_let_in_so_was_there_before_or_came_by_another_way(
            Instant created, Instant since, String kind) {
        for (String container : List.of("", "appArmorProfile: {type: Unconfined}")) {
            assertThat(drifts(
                            pod("", "nodeName: holds", container),
                            Optional.ofNullable(created),
                            Optional.ofNullable(since)))
                    .extracting(drift -> drift.kind().reportName())
                    .as(container)
                    .containsExactly(kind);
        }
    }

    @Test
    void what_policies_leave_alone_or_exceptions_cover_or_once_covered_is_as_it_was_admitted() {
        String unconfined = "appArmorProfile: {type: Unconfined}";
        String excepted =
                ", annotations: {apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: an old program%s}";

        assertThat(kinds(pod("", "nodeName: holds", "").replace("shop", "kube-system")))
                .isEmpty();
        assertThat(kinds(pod(excepted.formatted(""), "nodeName: holds", unconfined)))
                .isEmpty();
        assertThat(kinds(pod(
                        excepted.formatted(", apparmor-admission.dev/expires: \"2026-11-01\""),
                        "nodeName: holds",
                        unconfined)))
                .isEmpty();
        assertThat(kinds(pod(", annotations: {kubernetes.io/config.mirror: x}", "nodeName: holds", unconfined)))
                .isEmpty();
        assertThat(kinds(pod("", "os: {name: windows}\nnodeName: holds", ""))).isEmpty();
    }

    @Test
    void without_a_default_a_pod_without_a_profile_is_as_it_came() throws IOException {
        snapshot = snapshot("{type: None}", false);

        assertThat(kinds(pod("", "nodeName: holds", ""))).isEmpty();
    }

    @Test
    void a_webhook_that_only_records_lets_everything_in_and_its_pods_have_not_come_by_another_way() throws IOException {
        snapshot = snapshot("{type: RuntimeDefault}", true);

        assertThat(kinds(pod("", "nodeName: holds", ""))).isEmpty();
        assertThat(kinds(pod("", "nodeName: holds", "appArmorProfile: {type: Unconfined}")))
                .isEmpty();
        assertThat(kinds(pod("", "nodeName: lost", WEB))).containsExactly("profile-unloaded");
    }
}
