package dev.apparmoradmission.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program that runs beside us, with all it says in a file. Ends with us, also on Ctrl-C. */
public final class Child implements AutoCloseable {
    private final String name;
    private final Process process;
    private final Path log;
    private final Duration grace;
    private final Cleanup cleanup;

    private Child(String name, Process process, Path log, Duration grace) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.grace = grace;
        this.cleanup = new Cleanup(this::stop);
    }

    /**
     * Starts a program.
     *
     * @param name what messages call it
     * @param environment added to ours
     * @param log takes both of its output streams
     * @param grace how long it may take to end by itself when it is stopped; zero kills it at once
     */
    public static Child start(
            String name, List<String> command, Map<String, String> environment, Path log, Duration grace)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        builder.environment().putAll(environment);
        return new Child(name, builder.start(), log, grace);
    }

    /**
     * Waits until the condition holds.
     *
     * @throws IllegalStateException with the end of the log, if the program ended before or the time ran out
     */
    public void await(Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        name + " ended with status " + process.exitValue() + ". Its log ends with:\n" + tail(40));
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        name + " was not ready after " + bound.toSeconds() + " s. Its log ends with:\n" + tail(40));
            }
            try {
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + name, interrupted);
            }
        }
    }

    /** Whether it still runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** The process id, for those who look at its memory. */
    public long pid() {
        return process.pid();
    }

    /** Everything it has said. */
    public String log() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("log of " + name, failure);
        }
    }

    /** The last lines of what it has said. */
    public String tail(int lines) {
        List<String> all = log().lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    /** Ends it at once, as a crash does. */
    public void kill() {
        process.destroyForcibly();
    }

    private void stop() {
        if (!grace.isZero()) {
            process.destroy();
        }
        try {
            if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
