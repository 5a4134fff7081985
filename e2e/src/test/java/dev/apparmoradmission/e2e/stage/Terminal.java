package dev.apparmoradmission.e2e.stage;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.scene.Scene;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a person at a terminal sees: kubectl's output, or, where there is no kubectl, what it would be made from. */
public final class Terminal {
    private static final long BOUND_SECONDS = 60;

    private final Scene scene;
    private final Optional<Path> kubectl;
    private final Path directory;

    /** @param directory where a kubeconfig and manifests can be put */
    public Terminal(Scene scene, Path directory) throws IOException {
        this.scene = scene;
        this.directory = directory;
        this.kubectl = Settings.ofProcess().executable("kubectl");
        Files.writeString(kubeconfig(), scene.cluster().kubeconfig());
        if (kubectl.isEmpty()) {
            System.out.println("kubectl is not on the PATH: these stories go through the client instead");
        }
    }

    /**
     * What was seen.
     *
     * @param succeeded whether the command ended with status 0
     * @param text both of its output streams
     */
    public record Seen(boolean succeeded, String text) {}

    /** Whether there is a kubectl; without one only {@link #create} works. */
    public boolean hasKubectl() {
        return kubectl.isPresent();
    }

    /** Creates an object; {@code options} are such as {@code --dry-run=server}, which is known without kubectl too. */
    public Seen create(com.fasterxml.jackson.databind.JsonNode object, String... options) throws IOException {
        if (kubectl.isPresent()) {
            Path manifest = Files.writeString(directory.resolve("manifest.json"), object.toString());
            List<String> arguments = new ArrayList<>(List.of("create", "-f", manifest.toString()));
            arguments.addAll(List.of(options));
            return kubectl(arguments.toArray(String[]::new));
        }
        Answer answer = List.of(options).contains("--dry-run=server") ? scene.attempt(object) : scene.create(object);
        StringBuilder text = new StringBuilder();
        answer.warnings()
                .forEach(warning -> text.append("Warning: ").append(warning).append('\n'));
        text.append(
                answer.ok()
                        ? answer.name() + " created"
                        : "Error from server (" + answer.reason() + "): " + answer.message());
        return new Seen(answer.ok(), text.toString());
    }

    /** Runs kubectl in the scene's namespace. */
    public Seen kubectl(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                kubectl.orElseThrow().toString(), "--kubeconfig", kubeconfig().toString()));
        command.addAll(List.of("--namespace", scene.namespace()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("kubectl did not end: " + String.join(" ", arguments));
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return new Seen(process.exitValue() == 0, text);
    }

    private Path kubeconfig() {
        return directory.resolve("kubeconfig");
    }
}
