package dev.apparmoradmission.e2e.install;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.RealNode;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
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
 * The installed webhook with all its replicas gone: what gets in, what still starts, and how it comes back. First as it is
 * installed, with {@code failurePolicy: Fail}; then with {@code Ignore} and the backstop.
 *
 * <p>Wants kind, as {@code InstalledTest} does.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WebhookDownInstalledTest {
    private static final String PODS = "e2e-down";
    private static final String BACKSTOP = "ValidatingAdmissionPolicy 'apparmor-admission-backstop-";
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final long IGNORED_SECONDS = 8;

    private Optional<RealNode> node = Optional.empty();
    private Installation installation;
    private ApiServer api;
    private Path project;

    @BeforeAll
    void install(Stage stage) throws IOException {
        installation = Installation.on(stage);
        node = Optional.of(installation.node());
        project = stage.directory().toAbsolutePath().normalize().getParent();
        api = ApiServer.of(stage.cluster().kubeconfig());
        // AppArmor is off there: the kubelet would refuse the pod of the other DaemonSet.
        kubectl("label", "node", installation.nodeName(), "apparmor-admission.dev/agent=without-profile");
        stage.namespace(api, PODS, "{}");
        installation.apply();
        awaitAsked();
    }

    @AfterAll
    void leave() throws IOException {
        if (node.isPresent()) {
            kubectl("delete", "namespace", PODS, "--ignore-not-found", "--wait=false");
            removeBackstop();
            kubectl("label", "node", installation.nodeName(), "apparmor-admission.dev/agent-");
            installation.leave();
            api.close();
        }
    }

    /** Until both ways of the API server to the webhook are there: what is new it learns within a second or two. */
    private void awaitAsked() throws IOException {
        Awaited.of(
                "the webhook to be asked",
                () -> attempt(pod("asked").field(unconfined())),
                answer -> answer.message().contains("admission webhook \"validate.apparmor-admission.dev\" denied"));
        Awaited.of("plain pods to pass", () -> attempt(pod("asked")), Answer::ok);
    }

    private Answer attempt(PodDraft draft) {
        return api.create(PODS, draft.object(), "?dryRun=All");
    }

    @Test
    @Order(1)
    void with_all_replicas_killed_nothing_unconfined_gets_in_and_they_come_back_by_themselves() throws IOException {
        String configurations = configurations();
        try (Arrivals stream = new Arrivals(api, PODS, "killed")) {
            stream.awaitAnswered(10);
            installation.kubectl("delete", "pods", Installation.WEBHOOK, "--force", "--grace-period=0");
            Awaited.of("the stream to miss them", stream::unanswered, count -> count > 0);
            installation.rolledOut();
            stream.awaitAnswered(20);
            stream.end();

            System.out.printf(
                    Locale.ROOT,
                    "webhook down: all replicas killed, Fail: no answer for %.1f s; %s%n",
                    stream.outage(),
                    stream.counts());
            assertThat(stream.unconfinedStored()).as("stored unconfined").isZero();
            assertThat(stream.others()).isEmpty();
        }
        assertThat(configurations()).as("nobody touched them").isEqualTo(configurations);
    }

    @Test
    @Order(2)
    void while_there_is_none_the_control_plane_and_the_webhooks_own_pods_still_start() throws IOException {
        String configurations = configurations();
        api.create(PODS, deployment());
        kubectl("--namespace", PODS, "rollout", "status", "deployment/web", "--timeout=120s");
        try (Arrivals stream = new Arrivals(api, PODS, "gone")) {
            stream.awaitAnswered(5);
            leaveNone();
            Awaited.of("the stream to miss them", stream::unanswered, count -> count > 0);

            Map<String, String> system = ready("kube-system", pod -> !owner(pod).startsWith("Node/"));
            Map<String, String> own = ready(Installation.NAMESPACE, pod -> true);
            assertThat(system).as("pods of kube-system to be deleted").isNotEmpty();
            assertThat(own).as("the agent's pods").isNotEmpty();
            long began = System.nanoTime();
            comeBack("kube-system", system);
            comeBack(Installation.NAMESPACE, own);
            System.out.printf(
                    Locale.ROOT,
                    "webhook down: deleted and ready again without it after %.1f s: %s, %s%n",
                    (System.nanoTime() - began) / 1e9,
                    system.keySet(),
                    own.keySet());

            // What was let in before can be changed where it does not matter, and can end.
            String pods = "/api/v1/namespaces/" + PODS + "/pods";
            JsonNode web = api.get(pods + "?labelSelector=app%3Dweb").at("/items/0");
            String path = pods + "/" + web.at("/metadata/name").asText();
            Answer labelled = api.patch(path, ApiServer.MERGE_PATCH, "{\"metadata\":{\"labels\":{\"seen\":\"yes\"}}}");
            assertThat(labelled.ok()).as(labelled.message()).isTrue();
            assertThat(api.delete(path).ok()).isTrue();
            assertThat(attempt(pod("plain")).message()).contains("failed calling webhook");

            long back = System.nanoTime();
            installation.kubectl("scale", "deployment/apparmor-admission", "--replicas=2");
            installation.rolledOut();
            double rolled = (System.nanoTime() - back) / 1e9;
            stream.awaitAnswered(20);
            stream.end();

            System.out.printf(
                    Locale.ROOT,
                    "webhook down: no replica, Fail: no answer for %.1f s, rolled out %.1f s after scaling up; %s%n",
                    stream.outage(),
                    rolled,
                    stream.counts());
            assertThat(stream.unconfinedStored()).as("stored unconfined").isZero();
            assertThat(stream.others()).isEmpty();
        }
        kubectl("--namespace", PODS, "rollout", "status", "deployment/web", "--timeout=120s");
        assertThat(configurations()).as("nobody touched them").isEqualTo(configurations);
    }

    @Test
    @Order(3)
    void with_Ignore_and_the_backstop_the_static_rules_hold_without_a_webhook(@TempDir Path directory)
            throws IOException, InterruptedException {
        installation.apply(installation.overlay("install-ignore", """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [../install]
                components: [../../deploy/components/failure-policy-ignore]
                """));
        leaveNone();
        Answer hole =
                Awaited.of("Ignore to take effect", () -> attempt(pod("loose").field(unconfined())), Answer::ok);
        System.out.println("webhook down: Ignore, without the backstop: an unconfined pod gets " + hole.code());

        applyBackstop(directory);
        Awaited.of(
                "the backstop to be in force",
                () -> List.of(attempt(pod("loose").field(unconfined())), bind(BETA + "c", "unconfined")),
                answers -> answers.stream().allMatch(answer -> answer.message().contains(BACKSTOP)));
        try (Arrivals stream = new Arrivals(api, PODS, "ignored")) {
            TimeUnit.SECONDS.sleep(IGNORED_SECONDS);
            stream.end();

            System.out.println("webhook down: no replica, Ignore and the backstop: " + stream.counts());
            assertThat(stream.unconfinedStored()).as("stored unconfined").isZero();
            assertThat(stream.unanswered()).isZero();
            assertThat(stream.others()).isEmpty();
            assertThat(stream.stored()).isPositive();
            assertThat(stream.denied()).isPositive();
        }
        for (Map.Entry<String, PodDraft> bad : Map.of(
                        "unconfined", pod("a").level(unconfined()),
                        "privileged", pod("b").privileged(),
                        "localhost-not-allowed", pod("c").field(localhost("unconf")))
                .entrySet()) {
            Answer answer = attempt(bad.getValue());
            assertThat(answer.code()).as(bad.getKey()).isEqualTo(403);
            assertThat(answer.message()).contains(BACKSTOP, "[" + bad.getKey() + "]");
        }
        for (PodDraft good : List.of(
                pod("plain"),
                pod("excused").field(unconfined()).excused("c"),
                pod("named").field(localhost("k8s-web")),
                pod("confined").privileged().field(localhost("k8s-web")))) {
            Answer answer = attempt(good);
            assertThat(answer.ok()).as(good.name() + ": " + answer.message()).isTrue();
        }
        assertThat(bind("other", "x").message()).doesNotContain(BACKSTOP);
        debugs();
        assertThat(api.create("kube-system", pod("loose").privileged().object(), "?dryRun=All")
                        .ok())
                .as("the control plane is left alone")
                .isTrue();

        // Back again, both say no; and what the backstop said alone, it still says.
        installation.kubectl("scale", "deployment/apparmor-admission", "--replicas=2");
        installation.rolledOut();
        assertThat(attempt(pod("loose").field(unconfined())).message()).contains(BACKSTOP);
        removeBackstop();
        awaitAsked();
    }

    /** A debug container of a stored pod is judged too. */
    private void debugs() {
        PodDraft held = pod("held").selecting("e2e.apparmor-admission.dev/place", "nowhere");
        assertThat(api.create(PODS, held.object()).ok()).isTrue();
        String path = "/api/v1/namespaces/" + PODS + "/pods/held/ephemeralcontainers?dryRun=All";
        String debug =
                "{\"spec\":{\"ephemeralContainers\":[{\"name\":\"dbg\",\"image\":\"busybox\",\"securityContext\":"
                        + "{\"appArmorProfile\":{\"type\":\"%s\"}}}]}}";

        Answer loose = api.patch(path, ApiServer.STRATEGIC_PATCH, debug.formatted("Unconfined"));
        assertThat(loose.code()).isEqualTo(403);
        assertThat(loose.message()).contains(BACKSTOP, "container \"dbg\"", "[unconfined]");
        Answer confined = api.patch(path, ApiServer.STRATEGIC_PATCH, debug.formatted("RuntimeDefault"));
        assertThat(confined.ok()).as(confined.message()).isTrue();
    }

    private Answer bind(String annotation, String value) {
        JsonNode binding = Manifest.parse("""
                apiVersion: v1
                kind: Binding
                metadata: {name: held, annotations: {"%s": "%s"}}
                target: {kind: Node, name: nowhere}
                """.formatted(annotation, value));
        return api.post("/api/v1/namespaces/" + PODS + "/bindings?dryRun=All", binding.toString());
    }

    private void applyBackstop(Path directory) throws IOException {
        Commands.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                project.resolve("target/quarkus-app/quarkus-run.jar").toString(),
                "policy",
                "export",
                "--policy",
                project.resolve("e2e/install/policies").toString(),
                "--output-dir",
                directory.resolve("backstop").toString()));
        node.orElseThrow().copy(directory.resolve("backstop"), "/root/e2e-backstop");
        kubectl("apply", "-f", "/root/e2e-backstop");
    }

    private void removeBackstop() throws IOException {
        kubectl(
                "delete",
                "validatingadmissionpolicies,validatingadmissionpolicybindings",
                "--selector=app.kubernetes.io/component=backstop",
                "--ignore-not-found");
    }

    /** No replica at all, and no wait for those that drain. */
    private void leaveNone() throws IOException {
        installation.kubectl("scale", "deployment/apparmor-admission", "--replicas=0");
        installation.kubectl(
                "delete", "pods", Installation.WEBHOOK, "--force", "--grace-period=0", "--ignore-not-found");
        Awaited.of(
                "no replica to be left",
                () -> installation.kubectl("get", "pods", Installation.WEBHOOK, "--output=name"),
                String::isBlank);
    }

    /** Deletes these pods, and waits until each of their owners has as many ready ones again. */
    private void comeBack(String namespace, Map<String, String> pods) throws IOException {
        for (String name : pods.values()) {
            kubectl("--namespace", namespace, "delete", "pod", name, "--grace-period=1", "--wait=false");
        }
        Awaited.of(
                "the pods of " + namespace + " to be ready again",
                () -> ready(namespace, pod -> !owner(pod).startsWith("Node/")),
                now -> now.keySet().containsAll(pods.keySet())
                        && now.values().stream().noneMatch(pods::containsValue));
    }

    /** Names of the pods that are ready, by their owner and a number. */
    private Map<String, String> ready(String namespace, Predicate<JsonNode> which) {
        Map<String, String> ready = new TreeMap<>();
        for (JsonNode pod : api.get("/api/v1/namespaces/" + namespace + "/pods").at("/items")) {
            boolean isReady = StreamSupport.stream(pod.at("/status/conditions").spliterator(), false)
                    .anyMatch(condition -> condition.path("type").asText().equals("Ready")
                            && condition.path("status").asText().equals("True"));
            if (isReady
                    && which.test(pod)
                    && pod.at("/metadata/deletionTimestamp").isMissingNode()) {
                int number = 1;
                while (ready.containsKey(owner(pod) + " " + number)) {
                    number++;
                }
                ready.put(owner(pod) + " " + number, pod.at("/metadata/name").asText());
            }
        }
        return ready;
    }

    private static String owner(JsonNode pod) {
        JsonNode owner = pod.at("/metadata/ownerReferences/0");
        return owner.path("kind").asText() + "/" + owner.path("name").asText();
    }

    /** Which generation of the webhook configurations there is: a write of any kind changes it. */
    private String configurations() throws IOException {
        return kubectl(
                "get",
                "mutatingwebhookconfiguration/apparmor-admission",
                "validatingwebhookconfiguration/apparmor-admission",
                "--output=jsonpath={range .items[*]}{.kind} {.metadata.resourceVersion}{\"\\n\"}{end}");
    }

    private JsonNode deployment() throws IOException {
        return Manifest.parse("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      terminationGracePeriodSeconds: 0
                      containers:
                        - {name: app, image: "%s", imagePullPolicy: IfNotPresent}
                """.formatted(installation.sleeper()));
    }

    private String kubectl(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = "kubectl";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return node.orElseThrow().run(command);
    }
}
