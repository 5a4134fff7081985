package dev.apparmoradmission.e2e.backstop;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged artifact's short commands, each in a process of its own. */
final class Product {
    private static final long BOUND_SECONDS = 120;

    private final Path jar;
    private final Path directory;

    /**
     * The artifact.
     *
     * @param e2e the directory of this project
     * @param directory where output may be put
     */
    Product(Path e2e, Path directory) {
        this.jar = e2e.resolveSibling("target").resolve("quarkus-app").resolve("quarkus-run.jar");
        this.directory = directory;
    }

    /** Runs a command that has to succeed, and returns its standard output. */
    String run(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()));
        command.addAll(arguments);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        try {
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("did not end: " + command);
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException("ended with " + process.exitValue() + ": " + command + "\n" + Files.readString(err));
        }
        return Files.readString(out, StandardCharsets.UTF_8);
    }
}
