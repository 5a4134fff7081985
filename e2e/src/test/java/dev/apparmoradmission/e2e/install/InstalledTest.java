package dev.apparmoradmission.e2e.install;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.RealNode;
import dev.apparmoradmission.e2e.doctor.Doctor;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
 * The image and {@code deploy/}, on a node that runs pods: the API server reaches the webhook through its Service with the CA
 * of the configurations, controllers make pods, the agent tells about its node, and in the end nothing is left.
 *
 * <p>Wants kind: images have to be loaded into the node, and no other rung has a kubelet. Elsewhere it is reported as not run.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InstalledTest {
    private static final String PODS = "e2e-install";

    private Optional<RealNode> node = Optional.empty();
    private Installation installation;
    private ApiServer api;
    private String name;
    private String sleeper;
    private Set<String> before = Set.of();
    private Path project;
    private Instant applied;

    @BeforeAll
    void install(Stage stage) throws IOException {
        installation = Installation.on(stage);
        node = stage.cluster().realNode();
        project = stage.directory().toAbsolutePath().normalize().getParent();
        api = ApiServer.of(stage.cluster().kubeconfig());
        before = installation.traces();
        name = installation.nodeName();
        sleeper = installation.sleeper();
        // AppArmor is off there: the kubelet would refuse the pod of the other DaemonSet.
        node.orElseThrow().run("kubectl", "label", "node", name, "apparmor-admission.dev/agent=without-profile");
        applied = Instant.now();
        installation.apply();
        System.out.printf(
                Locale.ROOT,
                "install: kubectl apply -k to rolled out %.1f s%n",
                Duration.between(applied, Instant.now()).toMillis() / 1e3);
    }

    @AfterAll
    void leave() throws IOException {
        if (node.isPresent()) {
            node.orElseThrow().run("kubectl", "delete", "namespace", PODS, "--ignore-not-found", "--wait=false");
            installation.leave();
            api.close();
        }
    }

    @Test
    @Order(1)
    void the_agent_publishes_that_its_node_has_apparmor_off() throws IOException {
        String list = Awaited.of(
                "the node's inventory",
                () -> installation
                        .get("configmap", "apparmor-inventory-" + name, "--ignore-not-found")
                        .path("data")
                        .path(name)
                        .asText(),
                text -> !text.isEmpty());

        System.out.printf(
                Locale.ROOT,
                "install: kubectl apply -k to the agent's list %.1f s%n",
                Duration.between(applied, Instant.now()).toMillis() / 1e3);
        assertThat(list).contains("# apparmor: disabled\n");
        Awaited.of(
                "pods to be left as they are",
                () -> api.create("default", pod("left-alone").object(), "?dryRun=All"),
                answer -> answer.ok()
                        && answer.at("/spec/securityContext/appArmorProfile").isMissingNode());
    }

    @Test
    @Order(2)
    void a_pod_that_wants_to_be_unconfined_is_denied_through_the_service() {
        Answer answer = api.create("default", pod("loose").field(unconfined()).object());

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message())
                .contains("admission webhook \"validate.apparmor-admission.dev\" denied the request")
                .contains("unconfined");
    }

    @Test
    @Order(3)
    void pods_of_every_controller_run() throws IOException {
        String manifests = Files.readString(project.resolve("e2e/install/workloads.yaml"))
                .replace("SLEEPER", sleeper)
                .replace("PRODUCT", Installation.IMAGE);
        for (String document : manifests.split("(?m)^---$")) {
            Answer answer = Awaited.of(
                    "an object to be taken",
                    () -> api.create(PODS, Manifest.parse(document)),
                    one -> one.ok() || one.code() == 409);
            if (answer.name().equals("loose")) {
                assertThat(answer.warnings()).as("templates: Warn").anyMatch(text -> text.contains("unconfined"));
            }
        }

        pods("rollout", "status", "deployment/web", "--timeout=120s");
        pods("rollout", "status", "statefulset/store", "--timeout=120s");
        pods("rollout", "status", "daemonset/everywhere", "--timeout=120s");
        pods("wait", "--for=condition=Complete", "job/once", "--timeout=120s");
    }

    @Test
    @Order(4)
    void the_pods_of_a_deployment_that_wants_them_unconfined_are_never_made() throws IOException {
        JsonNode failure = Awaited.of(
                "the failure of the ReplicaSet",
                () -> condition(Manifest.json(pods("get", "deployment", "loose", "--output=json")), "ReplicaFailure"),
                condition -> !condition.isMissingNode());

        assertThat(failure.path("reason").asText()).isEqualTo("FailedCreate");
        assertThat(failure.path("message").asText()).contains("validate.apparmor-admission.dev", "unconfined");
        assertThat(pods("get", "pods", "--selector=app=loose", "--output=name")).isEmpty();
    }

    private static JsonNode condition(JsonNode object, String type) {
        return StreamSupport.stream(object.at("/status/conditions").spliterator(), false)
                .filter(condition -> condition.path("type").asText().equals(type))
                .findFirst()
                .orElseGet(() -> object.at("/no/such/condition"));
    }

    @Test
    @Order(5)
    void the_image_names_each_of_its_jars_in_its_bill_of_materials() throws IOException {
        JsonNode bill = Manifest.json(Files.readString(project.resolve("target/sbom.cdx.json")));
        Set<String> named = StreamSupport.stream(bill.path("components").spliterator(), false)
                .map(one -> one.path("group").asText() + "." + one.path("name").asText() + "-"
                        + one.path("version").asText() + ".jar")
                .collect(Collectors.toCollection(HashSet::new));
        Set<String> jars = Commands.run(List.of(
                        "docker", "run", "--rm", "--network", "none", "--read-only", Installation.IMAGE, "--version"))
                .lines()
                .collect(Collectors.toSet());
        assertThat(jars).anyMatch(line -> line.startsWith("apparmor-admission "));

        try (var files = Files.list(project.resolve("target/quarkus-app/lib/main"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            // Netty's and the like carry a classifier behind their version.
                            .filter(jar -> !named.contains(jar)
                                    && named.stream().noneMatch(one -> jar.startsWith(one.replaceAll("\\.jar$", "-")))))
                    .isEmpty();
        }
    }

    @Test
    @Order(6)
    void a_rolling_restart_fails_no_creation() throws IOException {
        figures();
        Set<String> old = webhooks();
        long begin = System.nanoTime();
        try (Creations stream = new Creations(api, PODS)) {
            installation.kubectl("rollout", "restart", "deployment/apparmor-admission");
            installation.rolledOut();
            double rolled = (System.nanoTime() - begin) / 1e9;
            // They go on answering until nobody uses their connections any more; the stream sees them end.
            Awaited.of(
                    "the old ones to end", this::webhooks, now -> now.stream().noneMatch(old::contains));
            stream.end();

            System.out.printf(
                    Locale.ROOT,
                    "install: rolling restart of %d replicas: new ones ready after %.1f s, old ones gone after %.1f s;"
                            + " %d pods allowed, %d denied, %d wrong%n",
                    old.size(),
                    rolled,
                    (System.nanoTime() - begin) / 1e9,
                    stream.allowed(),
                    stream.denied(),
                    stream.wrong().size());
            assertThat(stream.wrong()).isEmpty();
            assertThat(stream.allowed()).isPositive();
            assertThat(stream.denied()).isPositive();
        }
    }

    private Set<String> webhooks() throws IOException {
        return installation
                .kubectl("get", "pods", Installation.WEBHOOK, "--output=name")
                .lines()
                .collect(Collectors.toSet());
    }

    /** From start to ready, and what the kubelet says about their memory. */
    private void figures() throws IOException {
        JsonNode stats =
                Manifest.json(installation.kubectl("get", "--raw", "/api/v1/nodes/" + name + "/proxy/stats/summary"));
        for (JsonNode pod : installation.get("pods").path("items")) {
            String one = pod.at("/metadata/name").asText();
            Instant started = Instant.parse(pod.at("/status/containerStatuses/0/state/running/startedAt")
                    .asText());
            Instant ready = Instant.parse(
                    condition(pod, "Ready").path("lastTransitionTime").asText());
            for (JsonNode measured : stats.path("pods")) {
                if (measured.at("/podRef/name").asText().equals(one)) {
                    JsonNode memory = measured.at("/containers/0/memory");
                    System.out.printf(
                            Locale.ROOT,
                            "install: pod %s: started to ready %d s, rss %.0f MiB, working set %.0f MiB%n",
                            one,
                            Duration.between(started, ready).toSeconds(),
                            memory.path("rssBytes").asDouble() / (1 << 20),
                            memory.path("workingSetBytes").asDouble() / (1 << 20));
                }
            }
        }
    }

    @Test
    @Order(7)
    void the_pods_of_a_cron_job_run() throws IOException {
        Awaited.of(
                "a Job of the CronJob to complete",
                () -> pods("get", "cronjob", "periodic", "--output=jsonpath={.status.lastSuccessfulTime}"),
                time -> !time.isEmpty());
    }

    @Test
    @Order(8)
    void doctor_finds_it_sound_and_tells_live_faults_by_name(Stage stage, @TempDir Path directory) throws IOException {
        // Nodes of other tests are objects without a machine, on which no agent can run.
        for (JsonNode other : installation.get("nodes").path("items")) {
            if (!other.at("/metadata/name").asText().equals(name)) {
                installation.kubectl(
                        "delete", "node", other.at("/metadata/name").asText());
            }
        }
        new Examined(
                        installation,
                        new Doctor(project, directory),
                        stage.cluster().kubeconfig())
                .examine();
    }

    @Test
    @Order(9)
    void an_uninstall_leaves_nothing() throws IOException {
        assertThat(installation.traces()).as("what is installed is seen").hasSizeGreaterThan(10);
        node.orElseThrow().run("kubectl", "label", "node", name, "apparmor-admission.dev/agent-");

        long begin = System.nanoTime();
        installation.remove();
        System.out.printf(Locale.ROOT, "install: removed in %.1f s%n", (System.nanoTime() - begin) / 1e9);

        assertThat(installation.traces()).isEqualTo(before);
        Answer answer = api.create("default", pod("loose").field(unconfined()).object(), "?dryRun=All");
        assertThat(answer.ok())
                .as("nobody is asked any more: " + answer.message())
                .isTrue();
    }

    private String pods(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 3];
        command[0] = "kubectl";
        command[1] = "--namespace";
        command[2] = PODS;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return node.orElseThrow().run(command);
    }
}
