package dev.apparmoradmission.e2e.stranger;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The API server shows a certificate to the webhook, and nobody without one is answered. */
@ExtendWith(RealApiServer.class)
class KnownCallersTest {

    @TempDir
    Path directory;

    @Test
    void theApiServerIsAnsweredByItsCertificateAndAStrangerIsNot(Stage stage) throws IOException {
        assumeTrue(
                stage.cluster().callerAuthority().isPresent(),
                "a given cluster's API server cannot be told to show a certificate");
        Path authority = Files.writeString(
                directory.resolve("callers.pem"),
                stage.cluster().callerAuthority().orElseThrow());
        Scene scene = stage.set(world -> world.policy("baseline.yaml")
                .setting("QUARKUS_TLS__ADMISSION__TRUST_STORE_PEM_CERTS", authority.toString())
                .setting("APPARMOR_ADMISSION_CALLERS", "e2e-kube-apiserver"));

        assertThat(scene.attempt(pod("fine").field(runtimeDefault())).code()).isEqualTo(201);
        assertThat(scene.attempt(pod("bad").field(unconfined())).code()).isEqualTo(403);
        try (Stranger stranger = Stranger.at(scene.process().port())) {
            String answer = stranger.post("/validate", "{}");
            System.out.println("A stranger is told: "
                    + answer.lines().reduce((first, last) -> last).orElse(""));
            assertThat(answer).startsWith("HTTP/1.1 401 ").contains("a client certificate is needed here");
        }
        assertThat(scene.process().isReady()).as("probes need none").isTrue();
    }
}
