package dev.apparmoradmission.e2e.story;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.stage.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody wants a container without AppArmor. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnconfinedTest {
    private static final String EXPIRES = "apparmor-admission.dev/expires";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("restricted.yaml")
                .nodes(TestNode.N1)
                .inventory("inventory", Map.of("n1", "# apparmor: enabled\n")));
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of("by-field", pod("by-field").field(unconfined()), "P=- c=UC"),
                Arguments.of("by-pod-level", pod("by-pod-level").level(unconfined()), "P=UC c=-"),
                Arguments.of("by-annotation", pod("by-annotation").beta("c", "unconfined"), "P=- c=UC"),
                Arguments.of(
                        "beside-a-default",
                        pod("beside-a-default").level(runtimeDefault()).beta("c", "unconfined"),
                        "P=RD c=UC"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void itIsRejected(String way, PodDraft pod, String profiles) {
        Answer answer = scene.create(pod);

        assertThat(answer.code()).as(way).isEqualTo(403);
        assertThat(answer.message()).contains("[unconfined]");
        assertThat(scene.stored(pod.name()).code()).isEqualTo(404);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void withAGoodExceptionItIsAdmittedWithAWarning(String way, PodDraft pod, String profiles) {
        double before = scene.webhook()
                        .metrics()
                        .sum("apparmor_admission_exceptions_used_total", "source=\"Annotation\"")
                + scene.webhook().metrics().sum("apparmor_admission_exceptions_used_total", "source=\"annotation\"");
        Answer answer = scene.create(pod.named("excused-" + way)
                .excused("*")
                .annotation(EXPIRES, LocalDate.now(ZoneOffset.UTC).plusDays(30).toString()));

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.warnings())
                .anySatisfy(warning -> assertThat(warning).contains("[unconfined]", "accepted by"));
        assertThat(Profiles.of(scene.stored("excused-" + way).body())).isEqualTo(profiles);
        assertThat(scene.auditAnnotations(answer)
                        .path("validate.apparmor-admission.dev/exceptions")
                        .asText())
                .isNotEmpty();
        assertThat(scene.webhook().metrics().sum("apparmor_admission_exceptions_used_total"))
                .isGreaterThan(before);
    }

    @Test
    void withAnExpiredExceptionItIsRejectedAndTheDateIsInTheMessage() {
        Answer answer =
                scene.create(pod("expired").field(unconfined()).excused("c").annotation(EXPIRES, "2024-02-29"));

        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message()).contains("2024-02-29", "[exception-invalid]");
        assertThat(scene.stored("expired").code()).isEqualTo(404);
    }

    @Test
    void aPersonAtATerminalSeesTheWarning(@TempDir Path directory) throws IOException {
        Terminal.Seen seen = new Terminal(scene, directory)
                .create(pod("seen").field(unconfined()).excused("c").object());

        assertThat(seen.succeeded()).as(seen.text()).isTrue();
        assertThat(seen.text()).contains("Warning: AppArmor: container \"c\"", "[unconfined]");
    }
}
