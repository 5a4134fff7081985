package dev.apparmoradmission.e2e.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Kubeconfig;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.inventory.Installed;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code deploy/} installs stands on a real API server, beside a webhook that it asks; faults are put into the objects, found, and
 * mended by what {@code doctor} says. No pods run here: that is the matter of {@code install}.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultsTest {
    private static final String NAMESPACE = "apparmor-admission";
    private static final String MUTATING =
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/apparmor-admission";
    private static final String VALIDATING =
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/apparmor-admission";
    private static final String DEPLOYMENT =
            "/apis/apps/v1/namespaces/apparmor-admission/deployments/apparmor-admission";
    private static final String BUDGET =
            "/apis/policy/v1/namespaces/apparmor-admission/poddisruptionbudgets/apparmor-admission";
    private static final String NETWORK =
            "/apis/networking.k8s.io/v1/namespaces/apparmor-admission/networkpolicies/apparmor-admission";
    private static final String POLICIES =
            "/api/v1/namespaces/apparmor-admission/configmaps/apparmor-admission-policies";

    private Scene scene;
    private ApiServer api;
    private Installed installed;
    private Doctor doctor;
    private String kubeconfig;
    private Path project;

    @BeforeAll
    void install(Stage stage, @TempDir Path directory) throws IOException {
        String list = "# apparmor: enabled\ncri-containerd.apparmor.d (enforce)\nk8s-web (enforce)\n";
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.containerd("node-1"), TestNode.containerd("node-2"))
                .inventory("by-agents", Map.of("node-1", list)));
        api = scene.api();
        // On a cluster with a node of its own that one has to report as well.
        Map<String, String> lists = new TreeMap<>();
        api.get("/api/v1/nodes")
                .at("/items")
                .forEach(node -> lists.put(node.at("/metadata/name").asText(), list));
        scene.inventory("by-agents", lists);
        kubeconfig = stage.cluster().kubeconfig();
        project = stage.directory().toAbsolutePath().normalize().getParent();
        doctor = new Doctor(project, directory);
        installed = new Installed(api);
        for (String file : List.of("service", "disruption-budget", "network-policy")) {
            installed.file(project.resolve("deploy/base/" + file + ".yaml"));
        }
        ObjectNode deployment =
                Manifest.all(project.resolve("deploy/base/deployment.yaml")).get(0);
        // No node here runs anything: nobody shall try to make pods.
        deployment.withObjectProperty("spec").put("paused", true);
        installed.object(deployment);
        installed.object(policies(Files.readString(project.resolve("policies/restricted.yaml"))));
    }

    @AfterAll
    void leave() {
        if (installed != null) {
            installed.close();
        }
    }

    private static ObjectNode policies(String text) {
        ObjectNode map = Manifest.parse("{apiVersion: v1, kind: ConfigMap,"
                + " metadata: {name: apparmor-admission-policies, namespace: apparmor-admission}}");
        map.putObject("data").put("cluster.yaml", text);
        return map;
    }

    @Test
    @Order(1)
    void what_is_as_it_should_be_is_not_complained_of() throws IOException {
        Doctor.Run run = doctor.run(kubeconfig, "--output", "json");
        System.out.println("doctor, sound but without pods: " + run.summary());

        assertThat(run.err()).isEmpty();
        assertThat(run.ids("error", "warning")).as(run.out()).containsExactly("not-ready");
        assertThat(run.ids("note")).contains("webhook-outside");
        assertThat(run.code()).isEqualTo(1);
        // Whether it is asked was seen by what the API server said to the pods that were offered.
        assertThat(run.out()).doesNotContain("whether the API server gets through");
        assertThat(api.get("/api/v1/namespaces/default/pods").body().toString())
                .as("nothing was stored")
                .doesNotContain("apparmor-admission-doctor");
    }

    @Test
    @Order(2)
    void who_has_the_rights_of_the_role_only_learns_what_else_it_takes() throws IOException {
        installed.file(project.resolve("deploy/doctor/rbac-doctor.yaml"));
        installed.object(Manifest.parse(
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: physician, namespace: " + NAMESPACE + "}}"));
        // A token of an account stands for a person: it cannot be put into a group, and is bound by itself.
        bind("ClusterRole", "ClusterRoleBinding", "apparmor-admission-doctor");
        bind("Role", "RoleBinding", "apparmor-admission-doctor");
        String physician = Kubeconfig.withToken(kubeconfig, token("physician"));

        Doctor.Run run = doctor.run(physician, "--output", "json");

        assertThat(run.ids("error", "warning")).as(run.out()).containsExactly("not-ready");
        assertThat(reasons(run))
                .as(run.out())
                .containsExactlyInAnyOrder(
                        "needs: create pods in namespace default (dry runs only)",
                        "needs: list clusterroles, clusterrolebindings, and in namespace apparmor-admission roles and rolebindings",
                        "the Deployment mounts no Secret for it, and is not self-managed either");
        assertThat(run.code()).isEqualTo(1);

        installed.object(Manifest.parse(
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: nobody, namespace: " + NAMESPACE + "}}"));
        Doctor.Run blind = doctor.run(Kubeconfig.withToken(kubeconfig, token("nobody")), "--output", "json");
        System.out.println("doctor, without rights: " + blind.summary());
        assertThat(blind.findings()).isEmpty();
        assertThat(blind.code()).as("what nobody looked at is not sound").isEqualTo(2);
        assertThat(blind.err()).hasLineCount(1).contains("too little could be read");
        assertThat(reasons(blind))
                .contains(
                        "needs: list validatingwebhookconfigurations.admissionregistration.k8s.io",
                        "needs: list pods in namespace apparmor-admission",
                        "needs: create subjectaccessreviews.authorization.k8s.io")
                .hasSizeGreaterThan(12);
    }

    private static List<String> reasons(Doctor.Run run) {
        List<String> reasons = new ArrayList<>();
        run.json()
                .path("notChecked")
                .forEach(left -> reasons.add(left.path("reason").asText()));
        return reasons.stream().distinct().toList();
    }

    private void bind(String role, String kind, String name) {
        ObjectNode binding =
                Manifest.parse(("{apiVersion: rbac.authorization.k8s.io/v1, kind: %s, metadata: {name: physician%s},"
                                + " roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %s, name: %s},"
                                + " subjects: [{kind: ServiceAccount, name: physician, namespace: %s}]}")
                        .formatted(
                                kind,
                                kind.startsWith("Cluster") ? "" : ", namespace: " + NAMESPACE,
                                role,
                                name,
                                NAMESPACE));
        installed.object(binding);
    }

    private String token(String account) {
        Answer token = api.post(
                "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/" + account + "/token",
                Manifest.parse("{spec: {expirationSeconds: 3600}}").toString());
        assertThat(token.ok()).as(token.message()).isTrue();
        return token.at("/status/token").asText();
    }

    @Test
    @Order(3)
    void faults_in_a_real_installation_are_found_and_what_is_said_of_them_mends_them() throws IOException {
        Set<String> expected = spoil();

        Doctor.Run found = doctor.run(kubeconfig, "--output", "json");
        System.out.println("doctor, " + expected.size() + " faults: " + found.summary());
        assertThat(found.code()).isEqualTo(1);
        assertThat(found.ids("error", "warning")).as(found.out()).containsAll(expected);
        System.out.println(doctor.run(kubeconfig).out());

        if (Settings.ofProcess().executable("kubectl").isEmpty()) {
            System.out.println("doctor: no kubectl on the PATH: what it says was not pasted");
            return;
        }
        Set<String> mended = new TreeSet<>();
        for (JsonNode finding : found.findings()) {
            String fix = finding.path("fix").asText();
            boolean mends = fix.startsWith("kubectl") && fix.contains(" patch ") || fix.startsWith("kubectl delete");
            // There is no Secret here that a CA could be taken from; and a note asks for nothing.
            if (mends
                    && !fix.contains("$(")
                    && !finding.path("severity").asText().equals("note")) {
                Doctor.Run paste = doctor.paste(fix, kubeconfig);
                assertThat(paste.code()).as(fix + "\n" + paste.err()).isZero();
                mended.add(finding.path("id").asText());
            }
        }
        Doctor.Run after = doctor.run(kubeconfig, "--output", "json");
        System.out.println("doctor, after its fixes were pasted (" + mended + "): " + after.summary());
        assertThat(mended).hasSizeGreaterThanOrEqualTo(9);
        assertThat(after.ids("error", "warning")).as(after.out()).doesNotContainAnyElementsOf(mended);
    }

    /** Puts the faults in; the ids of what is to be found. */
    private Set<String> spoil() {
        json(VALIDATING, "[{op: remove, path: /webhooks/0/rules/1}]");
        json(VALIDATING, "[{op: replace, path: /webhooks/0/timeoutSeconds, value: 30}]");
        json(
                VALIDATING,
                "[{op: add, path: /webhooks/0/matchConditions/-, value: {name: not-ci, expression: 'request.userInfo.username != \"ci\"'}}]");
        json(VALIDATING, "[{op: replace, path: /webhooks/1/failurePolicy, value: Ignore}]");
        json(
                VALIDATING,
                "[{op: replace, path: /webhooks/1/clientConfig, value: {service: {namespace: apparmor-admission, name: apparmor-admission,"
                        + " path: /other}}}]");
        json(VALIDATING, "[{op: replace, path: /webhooks/2/namespaceSelector, value: {}}]");
        json(MUTATING, "[{op: replace, path: /webhooks/0/reinvocationPolicy, value: Never}]");
        json(MUTATING, "[{op: add, path: /webhooks/0/objectSelector, value: {matchLabels: {apparmor: please}}}]");
        ObjectNode second = Manifest.parse("""
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: apparmor-of-old}
                webhooks:
                  - name: validate.apparmor-admission.dev
                    failurePolicy: Ignore
                    sideEffects: None
                    admissionReviewVersions: [v1]
                    clientConfig: {service: {namespace: security, name: apparmor-admission}}
                    rules: [{apiGroups: [""], apiVersions: [v1], operations: [DELETE], resources: [pods]}]
                """);
        installed.object(second);
        merge(BUDGET, "{spec: {maxUnavailable: null, minAvailable: 2}}");
        json(NETWORK, "[{op: remove, path: /spec/ingress/0}]");
        merge(DEPLOYMENT, "{spec: {template: {spec: {priorityClassName: null}}}}");
        installed.object(Manifest.parse("{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding,"
                + " metadata: {name: apparmor-too-much},"
                + " roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin},"
                + " subjects: [{kind: ServiceAccount, name: apparmor-admission, namespace: apparmor-admission}]}"));
        merge(POLICIES, "{data: {cluster.yaml: 'kind: AppArmorPolicy'}}");
        scene.inventory("by-hand", Map.of("node-1", "# apparmor: enabled\nk8s-web (complain)\n"));
        scene.join(TestNode.containerd("node-3"));
        return Set.of(
                "rule-missing",
                "timeout-too-long",
                "condition-changed",
                "fails-open",
                "wrong-address",
                "ca-empty",
                "lock-out",
                "not-reinvoked",
                "object-selector",
                "second-registration",
                "budget-forbids-eviction",
                "network-closed",
                "no-priority",
                "right-too-much",
                "policy-refused",
                "two-speak-of-one-node",
                "nodes-unreported");
    }

    private void json(String path, String operations) {
        patch(path, ApiServer.JSON_PATCH, operations);
    }

    private void merge(String path, String change) {
        patch(path, ApiServer.MERGE_PATCH, change);
    }

    private void patch(String path, String type, String yaml) {
        String body = Manifest.parse("{patch: " + yaml + "}").path("patch").toString();
        Answer answer = api.patch(path, type, body);
        assertThat(answer.ok()).as(path + " " + body + ": " + answer.message()).isTrue();
    }

    @Test
    @Order(4)
    void a_webhook_that_is_gone_shows_in_what_the_api_server_says() throws IOException {
        scene.process().kill();

        Doctor.Run run = doctor.run(kubeconfig);
        System.out.println(run.out());

        assertThat(run.out())
                .contains(
                        "error: dry run of a pod in namespace default: the API server does not get through to the webhook")
                .contains("[not-reached]");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    @Order(5)
    void a_server_that_is_not_there_is_one_line_and_bad_usage_two() throws IOException {
        Doctor.Run gone = doctor.run("""
                apiVersion: v1
                kind: Config
                current-context: a
                clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
                users: [{name: a, user: {token: t}}]
                contexts: [{name: a, context: {cluster: a, user: a}}]
                """);
        assertThat(gone.code()).isEqualTo(2);
        assertThat(gone.out()).isEmpty();
        assertThat(gone.err()).hasLineCount(1).contains("cluster https://127.0.0.1:1: cannot be reached: ");

        Doctor.Run elsewhere = doctor.run(kubeconfig, "--namespace", "no-such-place");
        assertThat(elsewhere.code()).isEqualTo(2);
        assertThat(elsewhere.err()).hasLineCount(1).contains("there is no namespace no-such-place");

        Doctor.Run usage = doctor.run(kubeconfig, "--namespace", "../../nodes");
        assertThat(usage.code()).isEqualTo(2);
        assertThat(usage.err()).contains("--namespace: not the name of a namespace");
    }
}
