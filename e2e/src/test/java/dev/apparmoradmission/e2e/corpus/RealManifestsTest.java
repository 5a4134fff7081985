package dev.apparmoradmission.e2e.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.apparmoradmission.e2e.cluster.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * {@code check} over the manifests of seventy published projects, pinned in {@code corpus/projects}: none makes it crash, and it
 * finds every object in them that pods come from, as Kubernetes' own decoders do.
 */
class RealManifestsTest {

    private static final Path E2E = Path.of(System.getProperty("e2e.directory"));

    @Test
    void no_object_that_makes_pods_is_missed_or_made_up() throws Exception {
        assumeTrue(Settings.ofProcess().executable("go").isPresent(), "go is not on the PATH: nothing to compare with");
        Process run = new ProcessBuilder(E2E.resolve("corpus/run").toString())
                .redirectErrorStream(true)
                .start();
        String text = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = run.waitFor();
        System.out.println(text);

        assertThat(code).as(text).isZero();
        assertThat(text)
                .contains("| all " + projects() + " |")
                .containsPattern("\\| all \\d+ \\| \\d{4,} \\| \\d{4,} \\|");
    }

    private static long projects() throws IOException {
        try (var lines = Files.lines(E2E.resolve("corpus/projects"))) {
            return lines.filter(line -> !line.startsWith("#")).count();
        }
    }
}
