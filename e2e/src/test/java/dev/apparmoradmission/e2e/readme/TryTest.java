package dev.apparmoradmission.e2e.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The first command of the README, as a newcomer types it. */
class TryTest {
    private static final Path ROOT =
            Path.of(System.getProperty("e2e.directory")).toAbsolutePath().getParent();

    @Test
    void prints_the_answers_that_the_readme_shows() throws Exception {
        Path output = Files.createTempFile("try", ".txt");
        Process process = new ProcessBuilder(ROOT.resolve("e2e/try").toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("it ends by itself").isTrue();
        String printed = Files.readString(output);
        Files.delete(output);

        assertThat(process.exitValue()).as(printed).isZero();
        // The port is a free one, so it may be another.
        assertThat(printed.replaceAll("localhost:\\d+", "localhost:8443")
                        .lines()
                        .toList())
                .containsSubsequence(shown());
        assertThat(printed).contains("The webhook goes on running:").endsWith("    \"allowed\":true,\n");
    }

    private static List<String> shown() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"), StandardCharsets.UTF_8);
        List<String> blocks = Pattern.compile("(?m)^```text\n((?s:A pod asks.*?))^```$")
                .matcher(readme)
                .results()
                .map(block -> block.group(1))
                .toList();
        assertThat(blocks).hasSize(1);
        return blocks.get(0).lines().toList();
    }
}
