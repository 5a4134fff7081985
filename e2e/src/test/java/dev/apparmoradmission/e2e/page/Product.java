package dev.apparmoradmission.e2e.page;

import dev.apparmoradmission.e2e.cluster.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The packaged commands. */
final class Product {
    static final Path E2E = Path.of(System.getProperty("e2e.directory"));

    private Product() {}

    /**
     * Has a command write its page.
     *
     * @param page where to
     * @param words the command and its arguments
     * @return its exit code
     */
    static int write(Path page, List<String> words) throws IOException {
        Path jar = Settings.ofProcess()
                .path("E2E_WEBHOOK_JAR")
                .orElse(E2E.resolveSibling("target").resolve("quarkus-app").resolve("quarkus-run.jar"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString()));
        command.addAll(words);
        command.addAll(List.of("--output", "html"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(page.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            return process.waitFor();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: " + String.join(" ", command), interrupted);
        }
    }

    /** Scans a snapshot; the page of it. */
    static Path scan(Snapshot snapshot, Path directory) throws IOException {
        List<String> words = new ArrayList<>(List.of("scan"));
        words.addAll(snapshot.write(directory));
        Path page = directory.resolve("page.html");
        int code = write(page, words);
        if (Files.size(page) == 0) {
            throw new IOException("scan wrote no page and ended with " + code);
        }
        return page;
    }
}
