package dev.apparmoradmission.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainCommandTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop}
            spec:
              template:
                spec:
                  nodeSelector: {pool: web}
                  containers:
                  - name: app
                    securityContext:
                      appArmorProfile: {type: Localhost, localhostProfile: k8s-web}
                  - name: sidecar
                    image: envoy
            """;

    private static final String INVENTORY = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: inventory, namespace: apparmor}
            data:
              n1: |
                cri-containerd.apparmor.d (enforce)
                k8s-web (enforce)
              n2: |
                cri-containerd.apparmor.d (enforce)
              n3: |
                # observed-at: 2026-11-20T19:00:00Z
                k8s-web (complain)
            """;

    private static final String NODES = """
            kind: List
            items:
            - {kind: Node, metadata: {name: n1, labels: {pool: web}}}
            - {kind: Node, metadata: {name: n2, labels: {pool: web}}}
            - {kind: Node, metadata: {name: n3, labels: {pool: web}}}
            - {kind: Node, metadata: {name: n4, labels: {pool: db}}}
            - {kind: Node, metadata: {name: n5}}
            - {kind: Node, metadata: {name: n6, labels: {pool: web}}, spec: {taints: [{key: gpu, value: "1", effect: NoSchedule}]}}
            - {kind: Node, metadata: {name: n7, labels: {kubernetes.io/os: windows}}}
            """;

    @TempDir
    Path dir;

    @BeforeEach
    void writeFiles() throws IOException {
        write("policies/strict.yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  match: {excludeNamespaces: [kube-system], runtimeClassesNotApplicable: [kata]}
                  defaultProfile: {type: RuntimeDefault}
                  rules: {privileged: Ignore}
                  localhost: {maxAge: 24h}
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: payments}
                spec:
                  match: {namespaces: ["pay-*"]}
                """);
        write("inventory.yaml", INVENTORY);
        write("nodes.yaml", NODES);
    }

    @Test
    void the_whole_way_to_a_denial_is_on_one_screen() throws IOException {
        CommandRun run = explain(DEPLOYMENT);

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("""
                Deployment shop/web (-:1): denied
                judged          as of 2026-11-22T19:00:00Z, policies %s
                policies        payments: its namespaces do not have this one
                                strict: holds, mode Enforce
                default         RuntimeDefault for container sidecar (policy strict)
                webhook         adds RuntimeDefault at /spec/securityContext
                nodes           3 of 7 can take the pod
                                n1: AppArmor on, 2 profiles
                                n2: AppArmor on, 1 profile
                                n3: inventory too old
                                not n4: nodeSelector wants pool=web, the node has db
                                not n5: nodeSelector wants pool=web, the node has no such label
                                not n6: taint gpu=1:NoSchedule is not tolerated
                                not n7: runs Windows
                container "app" (spec.template.spec.containers[0], line 9)
                  its field     Localhost/k8s-web  <- counts
                  annotation    none
                  pod level     none
                  kernel        n1: Enforced by k8s-web (enforce)
                                n2: WillNotStart (ProfileNotLoaded)
                                n3: Unknown
                  confinement   WillNotStart (ProfileNotLoaded), the worst: n2
                  denied        Localhost profile "k8s-web" is not loaded on 1 of 3 eligible nodes (n2) [localhost-not-loaded, policy strict]
                    fix         load it there, or keep the pod to nodes that have it with a nodeSelector
                  denied        whether Localhost profile "k8s-web" is loaded is not known on 1 of 3 eligible nodes (n3: inventory over 24 h old) [inventory-unknown, policy strict]
                    fix         see that the agent runs there or publish the inventory by hand, or keep the pod off those nodes
                container "sidecar" (spec.template.spec.containers[1], line 12)
                  its field     none
                  annotation    none
                  pod level     none, by default RuntimeDefault  <- counts
                  kernel        n1, n2: Enforced by cri-containerd.apparmor.d (enforce)
                                n3: Unknown
                  confinement   Unknown, the worst: n3
                nothing to say  profile-invalid unconfined localhost-not-allowed localhost-mode apparmor-unavailable
                                no-eligible-node profile-missing annotation-malformed annotation-deprecated exception-invalid
                ignored         privileged
                """.formatted(hash(run.out())));
    }

    @Test
    void what_counts_is_marked_whether_it_is_an_annotation_or_a_field() throws IOException {
        CommandRun run = explain("""
                kind: Pod
                metadata:
                  name: debug
                  annotations:
                    container.apparmor.security.beta.kubernetes.io/app: localhost/k8s-web
                    apparmor-admission.dev/unconfined: free
                    apparmor-admission.dev/reason: needs perf events until fixed
                spec:
                  nodeName: n1
                  containers:
                  - name: app
                  - {name: free, securityContext: {appArmorProfile: {type: Unconfined}}}
                """);

        assertThat(run.out())
                .startsWith("Pod default/debug (-:1): allowed, with warnings\n")
                .contains("default         RuntimeDefault, not needed: every container has a profile (policy strict)\n")
                .contains("1 of 7 can take the pod\n")
                .contains("not n2, n3, n4, n5, n6 and 1 more: the pod is bound to n1\n")
                .contains("  annotation    \"localhost/k8s-web\"  <- counts\n")
                .contains("  its field     Unconfined  <- counts\n")
                .contains("  kernel        n1: Unconfined (Declared)\n")
                .contains("accepted by annotation, reason \"needs perf events until fixed\"");
        assertThat(run.code()).isZero();
    }

    @Test
    void an_exception_is_told_with_what_was_made_of_it_until_when_and_the_controls_it_asks_for() throws IOException {
        write("policies/strict.yaml", """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec:
                  rules: {privileged: Enforce}
                  exceptions: {source: Grant, controls: [RunAsNonRoot]}
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: profiler}
                spec:
                  namespaces: [default]
                  containers: [a, b]
                  permits: [unconfined]
                  reason: needs perf events until fixed
                  owner: team
                  expires: "2026-12-01"
                  controls: [SeccompProfile]
                """);
        String pod = """
                kind: Pod
                metadata: {name: p, annotations: {apparmor-admission.dev/exception: profiler}}
                spec:
                  securityContext: {runAsNonRoot: true}
                  containers:
                  - name: a
                    securityContext: {appArmorProfile: {type: Unconfined}, seccompProfile: {type: RuntimeDefault}}
                  - {name: b, securityContext: {appArmorProfile: {type: Unconfined}}}
                  - {name: c, securityContext: {appArmorProfile: {type: Unconfined}}}
                """;

        String out = explain(pod).out();
        String indent = "                ";
        assertThat(out)
                .contains(
                        "  exception     grant \"profiler\", reason \"needs perf events until fixed\", owner \"team\", until 2026-12-01\n"
                                + indent + "claimed, ends at 2026-12-02T00:00:00Z\n"
                                + indent + "accepted (unconfined, policy strict)\n"
                                + indent + "RunAsNonRoot is met, SeccompProfile is met\n"
                                + "  warning ")
                .contains(indent + "refused: the container lacks control SeccompProfile (unconfined, policy strict)\n"
                        + indent + "RunAsNonRoot is met, SeccompProfile is lacking\n")
                .contains(
                        indent + "refused: it does not cover the container, the container lacks control SeccompProfile"
                                + " (unconfined, policy strict)\n");
        assertThat(explain(pod, "--now", "2026-12-02T00:00:00Z").out())
                .contains("                refused: it expired on 2026-12-01 (unconfined, policy strict)\n");
        JsonNode first = JSON.readTree(explain(pod, "--output", "json").out())
                .path("results")
                .path(0)
                .path("exceptions")
                .path(0);
        assertThat(first.toString())
                .isEqualTo("{\"source\":\"Grant\",\"grant\":\"profiler\",\"reason\":\"needs perf events until fixed\","
                        + "\"owner\":\"team\",\"expires\":\"2026-12-01\",\"endsAt\":\"2026-12-02T00:00:00Z\","
                        + "\"claimed\":true,\"needed\":true,\"policy\":\"strict\",\"rule\":\"unconfined\","
                        + "\"container\":\"a\",\"path\":\"spec.containers[0]\",\"accepted\":true,\"faults\":[],"
                        + "\"controls\":[{\"control\":\"RunAsNonRoot\",\"met\":true},"
                        + "{\"control\":\"SeccompProfile\",\"met\":true}]}");
    }

    @Test
    void an_exception_that_nothing_needs_is_told_as_well() throws IOException {
        assertThat(explain("""
                        kind: Pod
                        metadata: {name: p, annotations: {apparmor-admission.dev/unconfined: a,
                                   apparmor-admission.dev/reason: needed perf events once}}
                        spec: {containers: [{name: a}]}
                        """).out()).contains("""
                        exception       annotation, reason "needed perf events once"
                                        claimed, without an end
                                        nothing needs it (policy strict)
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metadata: {name: p}, spec: {os: {name: windows}, containers: [{name: a}]}"
                        + " | nodes           of no matter: AppArmor has no part in this pod",
                "metadata: {name: p}, spec: {runtimeClassName: kata, containers: [{name: a}]}"
                        + " | strict: its runtimeClassesNotApplicable have the pod's runtime class",
                "metadata: {name: p, namespace: kube-system}, spec: {containers: [{name: a}]}"
                        + " | strict: its excludeNamespaces have this one",
                "metadata: {name: p, namespace: kube-system}, spec: {containers: [{name: a}]} | None holds: allowed as it is.",
                "metadata: {name: p}, spec: {containers: [{name: a}, {name: b, securityContext: {appArmorProfile: {type: Odd}}}]}"
                        + " | withheld: a part of the pod is invalid",
                "metadata: {name: p}, spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
                        + " {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: Exists}]}, {}]}}}, containers: [{name: a}]}"
                        + " | not n5: none of 2 terms of required node affinity matches"
            })
    void each_turn_of_the_way_is_told(String pod, String line) throws IOException {
        assertThat(explain("{kind: Pod, " + pod + "}").out()).contains(line);
    }

    @Test
    void one_workload_can_be_asked_for() throws IOException {
        String two = DEPLOYMENT + "---\n{kind: Pod, metadata: {name: other}, spec: {containers: [{name: a}]}}\n";

        assertThat(explain(two, "--workload", "other").out())
                .startsWith("Pod default/other")
                .doesNotContain("Deployment");
        assertThat(explain(two, "--workload", "deployment/web").out())
                .startsWith("Deployment shop/web")
                .doesNotContain("other");
        CommandRun none = explain(two, "--workload", "job/web");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).isEqualTo("explain: no workload job/web in these files\n");
    }

    @Test
    void json_says_the_same_in_fields() throws IOException {
        JsonNode result = JSON.readTree(explain(DEPLOYMENT, "--output", "json").out())
                .path("results")
                .path(0);

        assertThat(result.path("allowed").asBoolean(true)).isFalse();
        assertThat(result.path("policies").findValuesAsText("name")).containsExactly("payments", "strict");
        assertThat(result.path("default").path("given").asBoolean()).isTrue();
        assertThat(result.path("patch")
                        .path(0)
                        .path("value")
                        .path("appArmorProfile")
                        .path("type")
                        .asText())
                .isEqualTo("RuntimeDefault");
        assertThat(result.path("nodes").findValuesAsText("appArmor"))
                .containsExactly("enabled", "enabled", "stale", "unreported", "unreported", "unreported", "unreported");
        JsonNode app = result.path("containers").path(0);
        assertThat(app.path("sources").path("container-field").asText()).isEqualTo("Localhost/k8s-web");
        assertThat(app.path("kernels").findValuesAsText("confinement"))
                .containsExactlyInAnyOrder("Enforced", "WillNotStart", "Unknown");
        assertThat(result.path("findings").findValuesAsText("rule"))
                .containsExactly("localhost-not-loaded", "inventory-unknown");
        assertThat(result.path("ignoredRules").path(0).asText()).isEqualTo("privileged");
    }

    @Test
    void names_of_others_cannot_forge_lines() throws IOException {
        CommandRun run = explain("""
                {kind: Pod, metadata: {name: "p\\nallowed"}, spec: {containers: [{name: "a\\nb",
                 securityContext: {appArmorProfile: {type: Localhost, localhostProfile: "x\\ny"}}}]}}
                """);

        assertThat(run.out().lines())
                .noneMatch(line -> line.startsWith("allowed") || line.equals("y") || line.startsWith("b\""));
    }

    @ParameterizedTest
    @CsvSource({"--no-such-option", "--output xml", "--now tomorrow"})
    void bad_usage_is_2_with_the_way_to_the_options(String option) throws IOException {
        CommandRun run = explain(DEPLOYMENT, option.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).endsWith("explain --help tells the options.\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind: Pod, metadata: {name: p}, spec: {containers: [{name: a}]} | 0",
                "kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, securityContext: {appArmorProfile: {type: Unconfined}}}]} | 1",
                "kind: Pod, metadata: {name: p}, spec: {containers: 5} | 1",
                "kind: Service, metadata: {name: p} | 2",
                "kind: Pod, metadata: {name: p}, spec: {containers: [ | 2"
            })
    void exit_codes_are_those_of_check(String manifest, int code) throws IOException {
        assertThat(explain("{" + manifest + (manifest.endsWith("[") ? "" : "}")).code())
                .isEqualTo(code);
    }

    private static String hash(String out) {
        String start = "policies ";
        int from = out.indexOf(start) + start.length();
        return out.substring(from, out.indexOf('\n', from));
    }

    private CommandRun explain(String manifest, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-",
                "--policy",
                dir.resolve("policies").toString(),
                "--inventory",
                dir.resolve("inventory.yaml").toString(),
                "--nodes",
                dir.resolve("nodes.yaml").toString()));
        arguments.addAll(List.of(more));
        return run(manifest, arguments);
    }

    private static CommandRun run(String input, List<String> arguments) {
        return CommandRun.of(ExplainCommand::run, input, NOW, arguments);
    }

    private void write(String name, String content) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
