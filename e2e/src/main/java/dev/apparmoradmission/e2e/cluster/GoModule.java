package dev.apparmoradmission.e2e.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Programs built from a Go module of tool dependencies, once, into the user's cache.
 *
 * @param module the directory of {@code go.mod} and {@code go.sum}; its name is that of the programs' directory in the cache
 * @param linkerFlags what the linker is told
 */
public record GoModule(Settings settings, Path module, String linkerFlags) {
    private static final Duration SHOW_EVERY = Duration.ofSeconds(5);

    /**
     * A program of the module.
     *
     * @param name of the file that is built
     * @param source the package of its main function
     */
    public record Program(String name, String source) {}

    /** The programs, in this order, built where they are not there yet. Takes minutes the first time. */
    public List<Path> build(List<Program> programs, PrintStream progress) throws Exception {
        Path go = settings.executable("go").orElseThrow();
        Path directory = settings.cache().resolve(module.getFileName() + "-" + digest(version(go)));
        Files.createDirectories(directory);
        // Two runs at the same time must not both build for minutes, nor one start what the other has half written.
        try (FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock();
            List<Path> built = new ArrayList<>();
            for (Program program : programs) {
                built.add(build(go, directory, program.name(), program.source(), progress));
            }
            return built;
        }
    }

    private Path build(Path go, Path directory, String name, String source, PrintStream progress)
            throws IOException, InterruptedException {
        Path program = directory.resolve(name);
        if (Files.isExecutable(program)) {
            return program;
        }
        progress.println("Building " + name + " into " + directory + ": some minutes the first time, then never again");
        Path unfinished = directory.resolve("." + name + ".new");
        ProcessBuilder builder = new ProcessBuilder(
                        go.toString(),
                        "build",
                        "-v",
                        "-trimpath",
                        "-buildvcs=false",
                        "-ldflags",
                        linkerFlags,
                        "-o",
                        unfinished.toString(),
                        source)
                .directory(module.toFile())
                .redirectErrorStream(true);
        // Without cgo the result depends on no C compiler and no C library.
        builder.environment().put("CGO_ENABLED", "0");
        Process process = builder.start();
        Cleanup stop = new Cleanup(process::destroy);
        try {
            follow(process, name, progress);
        } finally {
            stop.close();
        }
        Files.move(unfinished, program, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return program;
    }

    /** The compiler names each package as it gets to it: counted, and shown every few seconds. */
    private static void follow(Process process, String name, PrintStream progress)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long shown = begin;
        int packages = 0;
        Deque<String> last = new ArrayDeque<>();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                packages++;
                last.addLast(line);
                if (last.size() > 20) {
                    last.removeFirst();
                }
                if (System.nanoTime() - shown > SHOW_EVERY.toNanos()) {
                    shown = System.nanoTime();
                    progress.printf(
                            Locale.ROOT,
                            "  %s: %d packages, %.0f s, now %s%n",
                            name,
                            packages,
                            (shown - begin) / 1e9,
                            line);
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("go build of " + name + " failed:\n" + String.join("\n", last));
        }
        progress.printf(Locale.ROOT, "  %s: done in %.0f s%n", name, (System.nanoTime() - begin) / 1e9);
    }

    /** Names the cache's directory by everything that the programs are made from. */
    private String digest(String goVersion) throws IOException, NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(goVersion.getBytes(StandardCharsets.UTF_8));
        digest.update(linkerFlags.getBytes(StandardCharsets.UTF_8));
        digest.update(Files.readAllBytes(module.resolve("go.mod")));
        digest.update(Files.readAllBytes(module.resolve("go.sum")));
        try (Stream<Path> files = Files.list(module)) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".go")).sorted().toList()) {
                digest.update(Files.readAllBytes(file));
            }
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    private static String version(Path go) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(go.toString(), "env", "GOVERSION", "GOOS", "GOARCH")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(go + " env: " + output.strip());
        }
        return output;
    }
}
