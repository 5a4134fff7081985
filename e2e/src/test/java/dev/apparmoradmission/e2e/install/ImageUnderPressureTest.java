package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.stranger.Burst;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The image in a container with little memory, or with no room to write: it answers rightly or not at all. It knows 10,000
 * nodes from files.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageUnderPressureTest {
    private static final String IMAGE = "apparmor-admission:0.1.0";
    private static final String AGENT_IMAGE = "apparmor-admission-agent:0.1.0";
    private static final String NAME = "apparmor-admission-e2e-pressure";
    private static final int NODES = 10_000;
    private static final long START_SECONDS = 90;

    private Path directory = Path.of("");

    @BeforeAll
    void build(@TempDir Path files) throws IOException {
        directory = files;
        assumeTrue(
                Settings.ofProcess().executable("docker").isPresent()
                        && Run.of(List.of("docker", "version"), "").code() == 0,
                "no Docker engine answers");
        Path project =
                Path.of(System.getProperty("e2e.directory")).resolveSibling(".").normalize();
        Commands.run(List.of(project.resolve("e2e/image/build").toString(), IMAGE, AGENT_IMAGE));
        // The webhook's user in the container is nobody here.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(directory.resolve("nodes.json"), nodes());
        Files.writeString(directory.resolve("inventory.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
                data:
                  node-0: "# apparmor: enabled\\nk8s-web (enforce)\\n"
                  node-1: "# apparmor: enabled\\nk8s-web (enforce)\\n"
                """);
        Files.copy(project.resolve("policies").resolve("restricted.yaml"), directory.resolve("restricted.yaml"));
    }

    private static String nodes() {
        StringBuilder nodes = new StringBuilder("{\"apiVersion\":\"v1\",\"kind\":\"NodeList\",\"items\":[");
        for (int i = 0; i < NODES; i++) {
            nodes.append(i == 0 ? "" : ",\n").append("""
                    {"metadata":{"name":"node-%d","labels":{"kubernetes.io/os":"linux","host":"node-%d"}},\
                    "status":{"nodeInfo":{"containerRuntimeVersion":"containerd://2.1.4","bootID":"b%d"}}}""".formatted(i, i, i));
        }
        return nodes.append("]}").toString();
    }

    /** Of a pod that has to be denied. */
    private static String review(int padding) {
        return """
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","kind":{"group":"","version":"v1",\
                "kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"namespace":"shop","operation":"CREATE",\
                "userInfo":{"username":"u"},"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop",\
                "annotations":{"padding":"%s"}},"spec":{"containers":[{"name":"c","image":"i","securityContext":\
                {"appArmorProfile":{"type":"Unconfined"}}}]}},"dryRun":false}}""".formatted("x".repeat(padding));
    }

    @AfterEach
    void remove() {
        Run.of(List.of("docker", "rm", "--force", NAME), "");
    }

    /** Starts the webhook; returns the ports of this machine that lead to 8443 and 9000. */
    private List<Integer> start(String... options) {
        List<String> command = new ArrayList<>(List.of("docker", "run", "--detach", "--name", NAME));
        command.addAll(List.of(options));
        command.addAll(List.of("-p", "127.0.0.1::8443", "-p", "127.0.0.1::9000", "-v", directory + ":/files:ro"));
        // As deploy/ starts it.
        command.addAll(List.of("--entrypoint", "/opt/apparmor-admission/jre/bin/java", IMAGE));
        command.addAll(List.of("@/opt/apparmor-admission/webhook-options", "webhook"));
        command.addAll(List.of("--policy", "/files/restricted.yaml"));
        command.addAll(List.of("--inventory", "/files/inventory.yaml", "--nodes", "/files/nodes.json"));
        Run.of(command, "").text();
        return awaitReady();
    }

    private List<Integer> awaitReady() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < end) {
            if (!isRunning()) {
                break;
            }
            List<Integer> ports = List.of(port(8443), port(9000));
            Run ready = Run.of(
                    List.of("curl", "-sf", "-m", "5", "http://127.0.0.1:" + ports.get(1) + "/q/health/ready"), "");
            if (ready.code() == 0) {
                return ports;
            }
            pause();
        }
        Run log = Run.of(List.of("docker", "logs", "--tail", "20", NAME), "");
        throw new AssertionError("not ready: " + state() + "\n" + log.out() + log.err());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private static int port(int inside) {
        String address = Run.of(List.of("docker", "port", NAME, Integer.toString(inside)), "")
                .text()
                .strip();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static boolean isRunning() {
        return state().startsWith("running");
    }

    private static String state() {
        return Run.of(
                        List.of(
                                "docker",
                                "inspect",
                                "--format",
                                "{{.State.Status}}, exit code {{.State.ExitCode}}, killed for memory: {{.State.OOMKilled}}",
                                NAME),
                        "")
                .text()
                .strip();
    }

    private static String used() {
        return isRunning()
                ? Run.of(List.of("docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", NAME), "")
                        .text()
                        .strip()
                : "nothing";
    }

    private static void tell(String what, Burst burst) {
        System.out.printf(Locale.ROOT, "pressure: %s: %s; then %s, %s%n", what, burst, state(), used());
    }

    @Test
    void in_128_mebibytes_ten_thousand_reviews_at_once_get_the_right_verdict_or_none_and_it_comes_back()
            throws InterruptedException {
        List<Integer> ports = start("--memory=128m", "--memory-swap=128m");
        System.out.println("pressure: 128 MiB, 10,000 nodes known: ready with " + used());
        Burst small = Burst.of(ports.get(0), review(0), 10_000);
        tell("128 MiB, 10,000 reviews of 1 KB", small);
        assertThat(small.count(Burst.ALLOWED)).isZero();

        if (!isRunning()) {
            Run.of(List.of("docker", "start", NAME), "").text();
            ports = awaitReady();
        }
        Burst large = Burst.of(ports.get(0), review(60_000), 1_000);
        tell("128 MiB, 1,000 reviews of 60 KB", large);
        assertThat(large.count(Burst.ALLOWED)).isZero();

        // As a kubelet does it.
        if (!isRunning()) {
            Run.of(List.of("docker", "start", NAME), "").text();
        }
        ports = awaitReady();
        Burst after = Burst.of(ports.get(0), review(0), 100);
        tell("128 MiB, started anew where it was killed", after);
        assertThat(after.answers()).containsOnlyKeys(Burst.DENIED);
    }

    @Test
    void in_the_memory_that_it_is_given_it_bears_thousands_of_long_reviews_at_once() throws InterruptedException {
        List<Integer> ports = start("--memory=384m", "--memory-swap=384m");
        Burst burst = Burst.of(ports.get(0), review(60_000), 3_000);
        tell("384 MiB, 3,000 reviews of 60 KB", burst);

        assertThat(burst.answers()).containsOnlyKeys(Burst.DENIED);
        assertThat(burst.count(Burst.DENIED)).isEqualTo(3_000);
    }

    /** A cache that does not fit is left aside in silence, unless it is asked for: then the JVM ends with an error. */
    @ParameterizedTest
    @ValueSource(strings = {"options", "webhook-options"})
    void what_the_jvm_learnt_in_the_build_of_the_image_fits_where_it_runs(String options) {
        List<String> command =
                new ArrayList<>(List.of("docker", "run", "--rm", "--env", "JDK_JAVA_OPTIONS=-XX:AOTMode=on"));
        command.addAll(List.of("--entrypoint", "/opt/apparmor-admission/jre/bin/java", IMAGE));
        command.addAll(List.of("@/opt/apparmor-admission/" + options, "--version"));
        Run run = Run.of(command, "");

        assertThat(run.err()).doesNotContain("error");
        assertThat(run.code()).isZero();
    }

    @Test
    void without_a_byte_to_write_to_it_starts_and_judges() throws InterruptedException {
        List<Integer> ports = start("--read-only", "--tmpfs", "/tmp:size=4k");
        Burst burst = Burst.of(ports.get(0), review(0), 100);
        tell("read-only root, full /tmp", burst);

        assertThat(burst.answers()).containsOnlyKeys(Burst.DENIED);
    }
}
