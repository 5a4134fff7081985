package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged webhook as a process: what it writes, and what it loads. */
class PackagedWebhookIT {

    private static final Path JAR =
            Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    private static final Path POLICY = Path.of("policies/restricted.yaml").toAbsolutePath();
    /** Nobody listens on port 9 of this machine. */
    private static final String NO_COLLECTOR = "http://127.0.0.1:9";

    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void every_line_is_an_object_and_nothing_of_tracing_is_loaded_where_it_is_off(boolean tracing) throws Exception {
        Path policy = Files.copy(
                POLICY, Files.createDirectories(dir.resolve("policies")).resolve("restricted.yaml"));
        Path inventory = Files.writeString(dir.resolve("inventory.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
                data: {n1: "# apparmor: enabled"}
                """);
        Path classes = dir.resolve("classes.log");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + classes,
                        "-jar",
                        JAR.toString(),
                        "webhook",
                        "--policy",
                        policy.getParent().toString(),
                        "--inventory",
                        inventory.toString(),
                        "--port",
                        "0",
                        "--management-port",
                        "0")
                .directory(dir.toFile())
                .redirectError(dir.resolve("err").toFile());
        builder.environment().put("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true");
        if (tracing) {
            builder.environment().put("APPARMOR_ADMISSION_TRACING_ENDPOINT", NO_COLLECTOR);
        }
        Process process = builder.start();
        List<JsonNode> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            readUntil(out, lines, "Listening on https://");
            put(policy, Files.readString(POLICY).replace("mode: Enforce", "mode: \"En\\nforce\""));
            readUntil(out, lines, "Policies not reloaded");
            // By its handle: Process.destroy would close the stream as well.
            process.toHandle().destroy();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(object(line));
            }
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(lines)
                .allSatisfy(line -> assertThat(line.path("timestamp").asText()).endsWith("Z"));
        assertThat(Files.readString(classes)).contains("dev.apparmoradmission.webhook.AdmissionRoutes");
        assertThat(Files.readString(classes).contains(" io.opentelemetry.sdk.")).isEqualTo(tracing);
        assertThat(Files.readString(classes).contains(" io.opentelemetry.")).isEqualTo(tracing);
    }

    private static void put(Path file, String text) throws Exception {
        Path next = Files.writeString(file.resolveSibling(".next"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void readUntil(BufferedReader out, List<JsonNode> lines, String beginning) throws Exception {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            JsonNode object = object(line);
            lines.add(object);
            if (object.path("message").asText().startsWith(beginning)) {
                return;
            }
        }
        throw new AssertionError("it ended without saying: " + beginning + ", but " + lines);
    }

    private static JsonNode object(String line) throws Exception {
        JsonNode object = new ObjectMapper().readTree(line);
        assertThat(object.isObject()).as(line).isTrue();
        return object;
    }
}
