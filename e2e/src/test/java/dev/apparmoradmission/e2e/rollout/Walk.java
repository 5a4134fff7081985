package dev.apparmoradmission.e2e.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.rollout.Guide.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Somebody who follows the guide in a checkout of the project: writes the files, types the commands, asks the questions, and
 * compares what comes with what the guide shows. The cluster is a real one; only the webhook's Deployment is played, for it runs
 * beside that cluster: {@code kubectl apply -k} renders, and its log is a file.
 */
final class Walk {
    private static final List<String> CHECKOUT = List.of("bin", "deploy", "policies", "target");
    /** What makes changes take effect. */
    static final String APPLY = "kubectl apply -k rollout";

    private static final String DEPLOYMENT = """
            #!/usr/bin/env bash
            case "$*" in
            "apply -k rollout") exec '%1$s' kustomize rollout > applied.yaml ;;
            "-n apparmor-admission rollout status deployment/apparmor-admission") exit 0 ;;
            "-n apparmor-admission logs "*) exec cat log ;;
            esac
            exec '%1$s' "$@"
            """;

    private final Path directory;
    private final Iterator<Block> ahead;
    private final List<String> differences = new ArrayList<>();
    private String before = "";
    private String after = "";

    /**
     * Begins.
     *
     * @param project the checkout
     * @param directory where to walk; empty
     * @param kubectl the real one
     * @param kubeconfig for it and for the product's commands
     */
    Walk(Guide guide, Path project, Path directory, Path kubectl, String kubeconfig) throws IOException {
        this.directory = directory;
        this.ahead = guide.blocks().iterator();
        for (String part : CHECKOUT) {
            Files.createSymbolicLink(
                    directory.resolve(part), project.resolve(part).toRealPath());
        }
        Files.createDirectories(directory.resolve("path"));
        Path played = Files.writeString(
                directory.resolve("path").resolve("kubectl"), DEPLOYMENT.formatted(kubectl.toString()));
        Files.setPosixFilePermissions(played, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(directory.resolve("kubeconfig"), kubeconfig);
        // What is installed first is there when the walk begins.
        for (Block block : guide.blocks()) {
            if (block.text().contains(APPLY)) {
                break;
            }
            if (block.file().isPresent()) {
                write(block);
            }
        }
    }

    /** What metrics were before and after all that is asked about. */
    void scraped(String earlier, String later) {
        before = earlier;
        after = later;
    }

    /** Goes on, to the end of the first block that has these words. */
    void to(String words) throws IOException {
        Block block;
        do {
            assertThat(ahead.hasNext()).as("the guide has: " + words).isTrue();
            block = ahead.next();
            take(block);
        } while (!block.text().contains(words));
    }

    /** Goes to the end. */
    void toTheEnd() throws IOException {
        while (ahead.hasNext()) {
            take(ahead.next());
        }
    }

    /** In what the guide shows something else than what came. */
    List<String> differences() {
        return differences;
    }

    private void take(Block block) throws IOException {
        String came = switch (block.language()) {
            case "yaml" -> write(block);
            case "sh" -> run(block.text());
            case "promql" -> PromQl.ask(block.text(), before, after);
            default -> throw new IllegalStateException("the test cannot follow: " + block);
        };
        if (block.output().isPresent() && !block.output().get().equals(came.strip())) {
            differences.add(block.text() + "shows\n" + block.output().get() + "\nand it is\n" + came);
        }
    }

    private String write(Block block) throws IOException {
        Path file = directory.resolve(
                block.file().orElseThrow(() -> new IllegalStateException("a file without a name: " + block)));
        Files.createDirectories(file.getParent());
        // The day on which an exception ends lies ahead, whenever this is read.
        Files.writeString(file, block.text().replace("2027-03-01", Estate.day(60)));
        return "";
    }

    /** Runs a line, or several. */
    String run(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-euc", script)
                .directory(directory.toFile())
                .redirectError(directory.resolve("error").toFile());
        builder.environment()
                .put(
                        "PATH",
                        directory.resolve("path") + ":" + builder.environment().get("PATH"));
        builder.environment().put("KUBECONFIG", directory.resolve("kubeconfig").toString());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            assertThat(code)
                    .as(script + text + Files.readString(directory.resolve("error")))
                    .isZero();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
        return text;
    }

    Path file(String name) {
        return directory.resolve(name);
    }
}
