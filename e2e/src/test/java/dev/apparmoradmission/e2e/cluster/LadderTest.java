package dev.apparmoradmission.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(RealApiServer.class)
class LadderTest {
    private static Ladder ladder(String... settings) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        return new Ladder(new Settings(environment), Path.of("e2e"), System.out);
    }

    @Test
    void theRungThatIsTakenGivesARealApiServer(Stage stage) {
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
            assertThat(api.get("/version").at("/gitVersion").asText()).startsWith("v1.");
            assertThat(api.get("/api/v1/namespaces/default").at("/status/phase").asText())
                    .isEqualTo("Active");
        }
    }

    @ParameterizedTest
    @CsvSource({"kubeconfig, E2E_KUBECONFIG", "assets, KUBEBUILDER_ASSETS", "go, Go 1.25"})
    void aForcedRungThatCannotBeTakenFailsAndSaysWhatItLacks(String rung, String lacking) {
        Ladder ladder = ladder("E2E_CLUSTER", rung, "PATH", "/nonexistent");

        assertThatThrownBy(ladder::climb)
                .isInstanceOf(NoApiServer.class)
                .hasMessageContaining(rung + ": ")
                .hasMessageContaining(lacking);
    }

    @Test
    void anUnknownRungFailsAndNamesThoseThatThereAre() {
        assertThatThrownBy(ladder("E2E_CLUSTER", "minikube")::climb)
                .isInstanceOf(NoApiServer.class)
                .hasMessageContaining("minikube")
                .hasMessageContaining("kubeconfig, kind, assets, go");
    }

    @Test
    void assetsWithoutAnApiServerFailAndNameTheFile(@TempDir Path empty) {
        assertThatThrownBy(ladder("E2E_CLUSTER", "assets", "KUBEBUILDER_ASSETS", empty.toString())::climb)
                .isInstanceOf(NoApiServer.class)
                .hasMessageContaining(empty.resolve("etcd").toString());
    }

    @Test
    void aKubeconfigThatIsNotThereFailsAndNamesTheFile() {
        assertThatThrownBy(ladder("E2E_KUBECONFIG", "/nonexistent/kubeconfig")::climb)
                .isInstanceOf(NoApiServer.class)
                .hasMessageContaining("/nonexistent/kubeconfig");
    }

    @Test
    void anExecutableIsFoundOnTheSearchPathOnly(@TempDir Path directory) throws Exception {
        Path program = Files.createFile(directory.resolve("program"));
        Settings settings = new Settings(Map.of("PATH", directory + java.io.File.pathSeparator + "/nonexistent"));

        assertThat(settings.executable("program")).as("not executable").isEmpty();
        assertThat(program.toFile().setExecutable(true)).isTrue();
        assertThat(settings.executable("program")).contains(program);
        assertThat(settings.executable("another")).isEmpty();
    }
}
