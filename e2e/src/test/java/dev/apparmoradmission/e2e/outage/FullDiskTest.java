package dev.apparmoradmission.e2e.outage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.cluster.FreePorts;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.stranger.Burst;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The disk is full: no line of the log can be written. */
class FullDiskTest {
    private static final long START_SECONDS = 90;

    @Test
    void aWebhookThatCannotWriteALineOfItsLogStartsAndJudges() throws IOException, InterruptedException {
        Path project =
                Path.of(System.getProperty("e2e.directory")).resolveSibling(".").normalize();
        Path jar = Settings.ofProcess()
                .path("E2E_WEBHOOK_JAR")
                .orElseGet(() -> project.resolve("target/quarkus-app/quarkus-run.jar"));
        List<Integer> ports = FreePorts.choose(2);
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-jar",
                        jar.toString(),
                        "webhook",
                        "--policy",
                        project.resolve("policies/restricted.yaml").toString(),
                        "--inventory",
                        project.resolve("e2e/samples/inventory.yaml").toString(),
                        "--nodes",
                        project.resolve("e2e/samples/nodes.yaml").toString())
                .redirectErrorStream(true)
                .redirectOutput(new File("/dev/full"));
        builder.environment()
                .putAll(Map.of(
                        "QUARKUS_HTTP_SSL_PORT", ports.get(0).toString(),
                        "QUARKUS_MANAGEMENT_PORT", ports.get(1).toString()));
        Process webhook = builder.start();
        try {
            awaitReady(webhook, ports.get(1));

            Burst burst = Burst.of(ports.get(0), Files.readString(project.resolve("e2e/samples/review.json")), 1_000);

            System.out.println("A webhook on a full disk: " + burst);
            assertThat(burst.answers()).containsOnlyKeys(Burst.DENIED);
            assertThat(webhook.isAlive()).isTrue();
        } finally {
            webhook.destroyForcibly();
        }
    }

    private static void awaitReady(Process webhook, int port) throws InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest probe = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready"))
                .build();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() < end) {
            assertThat(webhook.isAlive()).as("it has not given up").isTrue();
            try {
                if (http.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notListening) {
                // Not yet.
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError("not ready within " + START_SECONDS + " s");
    }
}
