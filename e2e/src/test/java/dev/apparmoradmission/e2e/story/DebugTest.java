package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.stage.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Somebody looks into a running pod with {@code kubectl debug}. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DebugTest {
    private static final String IMAGE = "registry.k8s.io/pause:3.10";
    private static final String UNCONFINED = "{\"securityContext\":{\"appArmorProfile\":{\"type\":\"Unconfined\"}}}";

    private Scene scene;

    @TempDir
    private Path directory;

    @BeforeEach
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.N1)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n")));
        assertThat(scene.create(pod("app").on("n1")).code()).isEqualTo(201);
    }

    @Test
    void anUnconfinedContainerIsRejected() throws IOException {
        Terminal.Seen seen = debug("intruder", UNCONFINED);

        assertThat(seen.succeeded()).isFalse();
        assertThat(seen.text()).contains("container \"intruder\" (spec.ephemeralContainers[0])", "[unconfined]");
        assertThat(Profiles.of(scene.stored("app").body())).isEqualTo("P=RD c=-");
    }

    @Test
    void anExceptionForgedInTheRequestDoesNotHelp() {
        ObjectNode forged = (ObjectNode) scene.stored("app").body();
        ((ObjectNode) forged.path("metadata"))
                .withObjectProperty("annotations")
                .put("apparmor-admission.dev/unconfined", "*")
                .put("apparmor-admission.dev/reason", "I say that it is allowed");
        forged.withObjectProperty("spec")
                .withArrayProperty("ephemeralContainers")
                .add(Manifest.parse(UNCONFINED).put("name", "intruder").put("image", IMAGE));

        Answer answer = scene.api().put(scene.pod("app", "/ephemeralcontainers"), forged.toString());

        assertThat(answer.code()).as(answer.message()).isEqualTo(403);
        assertThat(answer.message()).contains("\"intruder\"", "[unconfined]");
        assertThat(Profiles.of(scene.stored("app").body())).isEqualTo("P=RD c=-");
    }

    @Test
    void aPlainContainerIsAdmittedAndConfined() throws IOException {
        Terminal.Seen seen = debug("helper", "{}");

        assertThat(seen.succeeded()).as(seen.text()).isTrue();
        assertThat(Profiles.of(scene.stored("app").body())).isEqualTo("P=RD c=- helper=-");
    }

    @Test
    void inAPodWithoutAPodLevelProfileThePlainContainerGetsItsOwn() throws IOException {
        assertThat(scene.create(pod("own")
                                .field(dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault())
                                .on("n1"))
                        .code())
                .isEqualTo(201);

        Terminal.Seen seen = debugPod("own", "helper", "{}");

        assertThat(seen.succeeded()).as(seen.text()).isTrue();
        assertThat(Profiles.of(scene.stored("own").body())).isEqualTo("P=- c=RD helper=RD");
    }

    private Terminal.Seen debug(String name, String container) throws IOException {
        return debugPod("app", name, container);
    }

    private Terminal.Seen debugPod(String pod, String name, String container) throws IOException {
        Terminal terminal = new Terminal(scene, directory);
        if (terminal.hasKubectl()) {
            Path custom = Files.writeString(directory.resolve("custom.json"), container);
            return terminal.kubectl(
                    "debug", pod, "--image=" + IMAGE, "--container=" + name, "--profile=general", "--custom=" + custom);
        }
        ObjectNode patch = Manifest.parse("{spec: {ephemeralContainers: []}}");
        patch.withObjectProperty("spec")
                .withArrayProperty("ephemeralContainers")
                .add(Manifest.parse(container).put("name", name).put("image", IMAGE));
        Answer answer =
                scene.api().patch(scene.pod(pod, "/ephemeralcontainers"), ApiServer.STRATEGIC_PATCH, patch.toString());
        return new Terminal.Seen(answer.ok(), answer.message());
    }
}
