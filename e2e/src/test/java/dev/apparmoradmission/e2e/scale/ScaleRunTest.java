package dev.apparmoradmission.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The run itself ends with an error at a wrong verdict; what it measured is printed. */
@ExtendWith(RealApiServer.class)
class ScaleRunTest {
    private static final Options SMALL = new Options(100, 20, Duration.ofSeconds(3), 10, Optional.empty(), List.of());

    @Test
    void verdicts_follow_a_fleet_that_changes_all_the_time(Stage stage) throws IOException, InterruptedException {
        Map<String, String> rows = new ScaleRun(stage.cluster(), Settings.ofProcess(), stage.directory(), SMALL)
                .measure()
                .rows();

        assertThat(rows.get("writes that the API server refused")).isEqualTo("0");
        assertThat(rows.get("inventory change sent to changed verdict, under churn"))
                .endsWith("of 10");
        assertThat(rows)
                .hasEntrySatisfying(
                        "churn: what changes",
                        line -> assertThat(line).as("inventories did change").doesNotContain(" 0.0 inventories"));
    }

    @Test
    void options_are_read_as_they_are_documented() {
        Options read =
                Options.of("--nodes", "70", "--churn", "3", "--seconds", "9", "--jvm", "-Xmx1g", "--jvm", "-Xlog:gc");

        assertThat(read)
                .isEqualTo(new Options(
                        70, 3, Duration.ofSeconds(9), 200, Optional.empty(), List.of("-Xmx1g", "-Xlog:gc")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.of("--nodes"))
                .withMessageContaining("--nodes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Options.of("--node", "9"))
                .withMessageContaining("--node");
    }
}
