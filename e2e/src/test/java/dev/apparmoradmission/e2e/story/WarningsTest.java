package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.scene.Workloads;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.stage.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What reaches a person who applies a Deployment or a CronJob, for real and as a server-side dry run. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WarningsTest {
    private Scene scene;

    @TempDir
    private Path directory;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.N1, TestNode.N2)
                .inventory(
                        "inventory",
                        Map.of("n1", "# apparmor: enabled\nk8s-nginx (enforce)\n", "n2", "# apparmor: enabled\n")));
    }

    @Test
    void aWarningAboutADeploymentsTemplateReachesKubectl() throws IOException {
        Terminal.Seen seen = new Terminal(scene, directory)
                .create(Workloads.deployment("web", pod("").field(localhost("k8s-nginx"))));

        assertThat(seen.succeeded()).as(seen.text()).isTrue();
        assertThat(seen.text())
                .contains(
                        "Warning: AppArmor: container \"c\" (spec.template.spec.containers[0])",
                        "(n2)",
                        "[localhost-not-loaded]");
    }

    @Test
    void aWarningAboutACronJobsTemplateReachesKubectl() throws IOException {
        Terminal.Seen seen =
                new Terminal(scene, directory).create(Workloads.cronJob("report", pod("").field(unconfined())));

        assertThat(seen.succeeded()).as(seen.text()).isTrue();
        assertThat(seen.text())
                .contains(
                        "Warning: AppArmor: container \"c\" (spec.jobTemplate.spec.template.spec.containers[0])",
                        "[unconfined]");
    }

    static Stream<JsonNode> manifests() {
        return Stream.of(
                pod("fine").level(runtimeDefault()).object(),
                pod("not-loaded").field(localhost("k8s-nginx")).object(),
                pod("unconfined").field(unconfined()).object(),
                pod("excused").field(unconfined()).excused("c").object(),
                Workloads.deployment("warned", pod("").field(unconfined())),
                pod("invalid").field(localhost("padded ")).object());
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void aServerSideDryRunGivesTheSameVerdict(JsonNode manifest) throws IOException {
        Terminal terminal = new Terminal(scene, directory);

        Terminal.Seen tried = terminal.create(manifest, "--dry-run=server");
        Terminal.Seen done = terminal.create(manifest);

        assertThat(tried.succeeded()).isEqualTo(done.succeeded());
        assertThat(tried.text().replace(" (server dry run)", "")).isEqualTo(done.text());
    }

    @Test
    void aServerSideDryRunShowsTheDefaultAndStoresNothing() {
        assertThat(Profiles.of(scene.attempt(pod("shown")).body())).isEqualTo("P=RD c=-");
        assertThat(scene.stored("shown").code()).isEqualTo(404);
    }
}
