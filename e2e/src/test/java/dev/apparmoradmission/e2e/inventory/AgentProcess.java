package dev.apparmoradmission.e2e.inventory;

import dev.apparmoradmission.e2e.cluster.Child;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The packaged agent, running on this machine as if it stood on a node: with that node's token, on files of a test. */
final class AgentProcess implements AutoCloseable {
    static final String BOOT_ID = "0b9d7c0e-1111-2222-3333-444455556666";

    private static final Duration BOUND = Duration.ofMinutes(2);

    private final Child child;
    private final Path securityfs;
    private final String token;
    private int revision;

    private AgentProcess(Child child, Path securityfs, String token) {
        this.child = child;
        this.securityfs = securityfs;
        this.token = token;
    }

    /** Where the cluster of this client listens. */
    static URI server(Agent agent) {
        URI master = URI.create(agent.api().client().getConfiguration().getMasterUrl());
        int port = master.getPort() < 0 ? 443 : master.getPort();
        return URI.create(master.getScheme() + "://" + master.getHost() + ":" + port);
    }

    static AgentProcess start(Agent agent, URI server, Path e2e, Path directory, List<String> lines, String... options)
            throws IOException {
        Path jar = Settings.ofProcess()
                .path("E2E_WEBHOOK_JAR")
                .orElseGet(() ->
                        e2e.resolveSibling("target").resolve("quarkus-app").resolve("quarkus-run.jar"));
        Config client = agent.api().client().getConfiguration();
        String token = client.getAutoOAuthToken();
        Path securityfs = directory.resolve("securityfs");
        Files.createDirectories(securityfs.resolve("apparmor"));
        Path parameters = Files.createDirectories(directory.resolve("parameters"));
        Files.writeString(parameters.resolve("enabled"), "Y\n");
        write(securityfs, lines, 1);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx16m",
                "-jar",
                jar.toString(),
                "agent",
                "--securityfs=" + securityfs,
                "--module-parameters=" + parameters,
                "--boot-id-file=" + Files.writeString(directory.resolve("boot_id"), BOOT_ID + "\n"),
                "--token-file=" + Files.writeString(directory.resolve("token"), token),
                "--ca-file=" + Files.writeString(directory.resolve("ca.crt"), authority(client)),
                "--namespace=" + WebhookProcess.NAMESPACE,
                "--server=" + server));
        command.addAll(List.of(options));
        Child child =
                Child.start("the agent", command, Map.of("NODE_NAME", agent.node()), directory.resolve("log"), BOUND);
        return new AgentProcess(child, securityfs, token);
    }

    private static String authority(Config client) throws IOException {
        return client.getCaCertData() == null
                ? Files.readString(Path.of(client.getCaCertFile()))
                : new String(Base64.getDecoder().decode(client.getCaCertData()), StandardCharsets.UTF_8);
    }

    /** Changes what the kernel holds, and announces it. */
    void profiles(String... lines) throws IOException {
        write(securityfs, List.of(lines), 2 + revision++);
    }

    private static void write(Path securityfs, List<String> lines, int revision) throws IOException {
        Path fresh = securityfs.resolve("profiles.new");
        Files.writeString(fresh, String.join("\n", lines) + "\n");
        Files.move(fresh, securityfs.resolve("apparmor/profiles"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(securityfs.resolve("apparmor/revision"), revision + "\n");
    }

    void await(BooleanSupplier condition) {
        child.await(BOUND, condition);
    }

    String log() {
        return child.log();
    }

    String token() {
        return token;
    }

    @Override
    public void close() {
        child.close();
    }
}
