package dev.apparmoradmission.e2e.observability;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.apparmoradmission.e2e.cluster.GoModule;
import dev.apparmoradmission.e2e.cluster.GoModule.Program;
import dev.apparmoradmission.e2e.cluster.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Prometheus' own parser and {@code promtool}, built from {@code e2e/alerts}. */
final class PrometheusTools {
    static final Path E2E = Path.of(System.getProperty("e2e.directory"));
    static final Path DEPLOY = E2E.resolveSibling("deploy");
    private static final Path MODULE = E2E.resolve("alerts");

    /**
     * A program that ran to its end.
     *
     * @param code its exit code
     * @param text what it wrote, errors included
     */
    record Run(int code, String text) {}

    private final Path go;

    private PrometheusTools(Path go) {
        this.go = go;
    }

    /** Where there is no Go to build them with, tests are skipped with that reason. */
    static PrometheusTools find() {
        Optional<Path> go = Settings.ofProcess().executable("go");
        assumeTrue(go.isPresent(), "go is not on the PATH: Prometheus' own tools cannot be built");
        return new PrometheusTools(go.orElseThrow());
    }

    /** Reads a rule file, or expressions, with Prometheus' parser. */
    Run parse(String what, String input) throws IOException, InterruptedException {
        return run(MODULE, input, List.of(go.toString(), "run", ".", what));
    }

    /** {@code promtool} with these words, in that directory. Built the first time, for minutes. */
    Run promtool(Path directory, String... words) throws Exception {
        Path promtool = new GoModule(Settings.ofProcess(), MODULE, "-s -w")
                .build(List.of(new Program("promtool", "github.com/prometheus/prometheus/cmd/promtool")), System.out)
                .get(0);
        List<String> command = new java.util.ArrayList<>(List.of(promtool.toString()));
        command.addAll(List.of(words));
        return run(directory, "", command);
    }

    private static Run run(Path directory, String input, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), text);
    }
}
