package dev.apparmoradmission.e2e.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/** Runs the packaged command. */
public final class Doctor {
    private static final long BOUND_SECONDS = 180;

    private final Path jar;
    private final Path directory;

    /**
     * Names the artifact.
     *
     * @param project the directory that holds {@code target}
     * @param directory where a kubeconfig and output can be put
     */
    public Doctor(Path project, Path directory) {
        this.jar = project.resolve("target").resolve("quarkus-app").resolve("quarkus-run.jar");
        this.directory = directory;
    }

    /**
     * A run to its end.
     *
     * @param code its exit code
     * @param out its standard output
     * @param err its standard error, without what a JVM says of libraries
     * @param seconds how long it took
     */
    public record Run(int code, String out, String err, double seconds) {

        /** What {@code --output json} printed. */
        public JsonNode json() {
            return Manifest.json(out);
        }

        /** The findings. */
        public List<JsonNode> findings() {
            return StreamSupport.stream(json().path("findings").spliterator(), false)
                    .toList();
        }

        /** Their ids, of these severities. */
        public Set<String> ids(String... severities) {
            Set<String> ids = new TreeSet<>();
            findings().stream()
                    .filter(finding -> List.of(severities)
                            .contains(finding.path("severity").asText()))
                    .forEach(finding -> ids.add(finding.path("id").asText()));
            return ids;
        }

        /** One line for a person who reads the log of a test. */
        public String summary() {
            return String.format(Locale.ROOT, "exit code %d in %.1f s: %s", code, seconds, json().path("summary"));
        }
    }

    /** Runs it with the rights of a kubeconfig's user. */
    public Run run(String kubeconfig, String... options) throws IOException {
        Path config = Files.writeString(directory.resolve("kubeconfig-doctor"), kubeconfig);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString(), "doctor"));
        command.addAll(List.of(options));
        return run(command, Map.of("KUBECONFIG", config.toString()));
    }

    /** Pastes a line into a shell. */
    public Run paste(String line, String kubeconfig) throws IOException {
        Path config = Files.writeString(directory.resolve("kubeconfig-shell"), kubeconfig);
        return run(List.of("sh", "-c", line), Map.of("KUBECONFIG", config.toString()));
    }

    private Run run(List<String> command, Map<String, String> environment) throws IOException {
        Path out = directory.resolve("doctor-out");
        Path err = directory.resolve("doctor-err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        long begin = System.nanoTime();
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("still running: " + String.join(" ", command));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            process.destroyForcibly();
        }
        StringBuilder said = new StringBuilder();
        Files.readString(err, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: "))
                .forEach(line -> said.append(line).append('\n'));
        return new Run(process.exitValue(), Files.readString(out), said.toString(), (System.nanoTime() - begin) / 1e9);
    }
}
