package dev.apparmoradmission.e2e.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code inventory} as a person runs it, against a cluster. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
class LiveInventoryTest {
    private static final long BOUND_SECONDS = 120;

    @TempDir
    Path directory;

    private Scene scene;
    private Path jar;

    private record Run(int code, String out, String err, double seconds) {}

    @BeforeEach
    void begin(Stage stage) throws IOException {
        String loaded = "# observed-at: " + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                + "\nk8s-web (enforce)\nk8s-db (enforce)\n";
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(
                        TestNode.containerd("node-1"),
                        TestNode.containerd("node-2"),
                        TestNode.containerd("node-3"),
                        TestNode.containerd("node-4"))
                .inventory("inventory-1", Map.of("node-1", loaded, "node-2", loaded))
                .inventory(
                        "inventory-2",
                        Map.of(
                                "node-3",
                                "# changed: 2026-01-01T00:00:00Z k8s-web (enforce) -> removed\nk8s-db (complain)\n")));
        jar = stage.directory().resolveSibling("target").resolve("quarkus-app").resolve("quarkus-run.jar");
    }

    @Test
    void itShowsTheClusterThatKubectlWouldAsk() throws Exception {
        Path kubeconfig = Files.writeString(
                directory.resolve("kubeconfig"), scene.cluster().kubeconfig());

        Run fleet = inventory(kubeconfig);
        System.out.printf(Locale.ROOT, "inventory, live, in %.1f s:%n%s", fleet.seconds(), fleet.out());

        assertThat(fleet.err()).isEmpty();
        assertThat(fleet.out())
                .containsPattern("(?m)^node-1 +enabled +\\d+[sm] +2 +containerd +-$")
                .containsPattern("(?m)^node-3 +enabled +- +1 \\(1 complain\\) +containerd +2$")
                .containsPattern("(?m)^node-4 +unreported +- +- +containerd +-$")
                .contains(
                        "node-3: \"k8s-web\" missing (enforce elsewhere), \"k8s-db\" complain, not enforce",
                        "2026-01-01T00:00:00Z  node-3  \"k8s-web\" (enforce) -> removed");
        assertThat(fleet.code()).isEqualTo(1);

        Run profile = inventory(kubeconfig, "--profile", "k8s-web", "--output", "json");
        assertThat(Manifest.json(profile.out()).at("/summary/enforced").asInt()).isEqualTo(2);
        assertThat(Manifest.json(profile.out()).at("/summary/missing").asInt()).isEqualTo(1);
        assertThat(profile.code()).isEqualTo(1);
    }

    @Test
    void theRightsOfTheWebhooksAccountAreEnoughAndWithoutThemItSaysWhichAreMissing() throws Exception {
        Run allowed = inventory(as(WebhookProcess.NAMESPACE, "apparmor-admission"), "--fail-on", "never");
        assertThat(allowed.err()).isEmpty();
        assertThat(allowed.code()).isZero();

        scene.create(Manifest.parse("{apiVersion: v1, kind: ServiceAccount, metadata: {name: nobody}}"));
        Run refused = inventory(as(scene.namespace(), "nobody"));

        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .hasLineCount(1)
                .contains("you may not list nodes; ask for the rights of deploy/base/rbac.yaml");
    }

    @Test
    void aServerThatIsNotThereIsOneLine() throws Exception {
        Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: a
                clusters: [{name: a, cluster: {server: "https://127.0.0.1:1"}}]
                users: [{name: a, user: {token: t}}]
                contexts: [{name: a, context: {cluster: a, user: a}}]
                """);

        Run run = inventory(kubeconfig);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).hasLineCount(1).contains("cluster https://127.0.0.1:1/: cannot be reached: ");

        Run elsewhere = inventory(kubeconfig, "--context", "b");
        assertThat(elsewhere.code()).isEqualTo(2);
        assertThat(elsewhere.err()).hasLineCount(1).contains("the kubeconfig has no context b");
    }

    private Path as(String namespace, String account) throws IOException {
        Answer token = scene.api()
                .post(
                        "/api/v1/namespaces/" + namespace + "/serviceaccounts/" + account + "/token",
                        Manifest.parse("{spec: {expirationSeconds: 3600}}").toString());
        assertThat(token.ok()).as(token.message()).isTrue();
        Config config = Serialization.unmarshal(scene.cluster().kubeconfig(), Config.class);
        AuthInfo user = new AuthInfo();
        user.setToken(token.at("/status/token").asText());
        config.getUsers().forEach(named -> named.setUser(user));
        return Files.writeString(directory.resolve("kubeconfig-" + account), Serialization.asYaml(config));
    }

    private Run inventory(Path kubeconfig, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                jar.toString(),
                "inventory"));
        command.addAll(List.of(options));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        // A JVM of newer make warns of what libraries do; that is not what the command says.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(err, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .map(line -> line + "\n")
                .reduce("", String::concat);
        return new Run(process.exitValue(), Files.readString(out), said, (System.nanoTime() - begin) / 1e9);
    }
}
