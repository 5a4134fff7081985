package dev.apparmoradmission.e2e.freshness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prometheus' own parser reads {@code deploy/alerts.yaml}: expressions, durations, labels and templates. */
class AlertRulesTest {
    private static final Path E2E = Path.of(System.getProperty("e2e.directory"));

    private final Optional<Path> go = Settings.ofProcess().executable("go");

    private record Run(int code, String text) {}

    @BeforeEach
    void begin() {
        assumeTrue(go.isPresent(), "go is not on the PATH: Prometheus' parser of the alert rules cannot be built");
    }

    @Test
    void prometheusReadsEveryAlertThatWeShip() throws Exception {
        String spec = Manifest.all(E2E.resolveSibling("deploy").resolve("alerts.yaml"))
                .get(0)
                .path("spec")
                .toString();

        Run run = parse(spec);
        System.out.print("Prometheus reads:\n" + run.text());

        assertThat(run.code()).as(run.text()).isZero();
        assertThat(run.text().lines()).hasSizeGreaterThanOrEqualTo(8);
    }

    @Test
    void itWouldNoticeAnExpressionOrATemplateThatIsBroken() throws Exception {
        Run expression =
                parse("{\"groups\":[{\"name\":\"g\",\"rules\":[{\"alert\":\"A\",\"expr\":\"max(x{) > 0\"}]}]}");
        assertThat(expression.code()).isEqualTo(1);
        assertThat(expression.text()).contains("could not parse expression");

        Run template = parse("{\"groups\":[{\"name\":\"g\",\"rules\":[{\"alert\":\"A\",\"expr\":\"x > 0\","
                + "\"annotations\":{\"summary\":\"{{ $vlaue }}\"}}]}]}");
        assertThat(template.code()).as(template.text()).isEqualTo(1);
    }

    private Run parse(String rules) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(go.orElseThrow().toString(), "run", ".")
                .directory(E2E.resolve("alerts").toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write(rules.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), text);
    }
}
