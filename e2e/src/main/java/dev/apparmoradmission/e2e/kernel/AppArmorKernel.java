package dev.apparmoradmission.e2e.kernel;

import dev.apparmoradmission.e2e.cluster.Child;
import dev.apparmoradmission.e2e.cluster.Cleanup;
import dev.apparmoradmission.e2e.cluster.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A machine whose kernel has AppArmor, as root there: a virtual one, or this. */
public final class AppArmorKernel implements AutoCloseable {
    private static final Duration BOOT = Duration.ofMinutes(3);
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration SCRIPT = Duration.ofMinutes(1);
    private static final Duration TURN = Duration.ofMillis(200);
    private static final int SHOWN = 200;

    private final Path directory;
    private final Wire wire;
    private final Connections connections;
    private final Child machine;
    private final Cleanup cleanup;
    private final Map<Integer, Remote> scripts = new ConcurrentHashMap<>();
    private final AtomicInteger next = new AtomicInteger();
    private volatile Optional<InetSocketAddress> server = Optional.empty();
    private volatile int port;
    private volatile boolean reachable = true;
    private volatile boolean stopped;

    private AppArmorKernel(Path directory, Wire wire, Child machine) {
        this.directory = directory;
        this.wire = wire;
        this.connections = new Connections(wire);
        this.machine = machine;
        this.cleanup = new Cleanup(this::stop);
        Thread reader = new Thread(this::read, "from the kernel");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the machine and does not wait for it.
     *
     * @param prefix words that, put before a command, make it run there as root; none where that is here and now
     * @param java the Java program, as both sides see it
     * @param classes the class path of this package, as both sides see it
     * @param share a directory that both sides see under this name and may write to
     */
    public static AppArmorKernel start(List<String> prefix, Path java, Path classes, Path share) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(share), "wire");
        Wire wire = Wire.here(directory);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                java.toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classes.toString(),
                Outpost.class.getName(),
                directory.toString()));
        return new AppArmorKernel(
                directory,
                wire,
                Child.start("the AppArmor kernel", command, Map.of(), directory.resolve("log"), GRACE));
    }

    /** Where connections to {@link #port()} end from now on. */
    public void passTo(InetSocketAddress address) {
        server = Optional.of(address);
    }

    /** Waits until it has booted. */
    public void awaitReady() {
        machine.await(BOOT, () -> port != 0);
    }

    /** The port of its loopback that leads to the API server. */
    public int port() {
        return port;
    }

    /** Lets every connection break, and none come about, as in an outage of the API server; or mends that. */
    public void reachable(boolean is) {
        reachable = is;
        if (!is) {
            connections.cut();
        }
    }

    /** Starts a shell script there. */
    public Remote begin(String script) {
        int id = next.incrementAndGet();
        Remote remote = new Remote();
        scripts.put(id, remote);
        try {
            wire.send(new Frame(Frame.Kind.RUN, id, script));
        } catch (IOException failure) {
            throw new UncheckedIOException("no way to the kernel", failure);
        }
        return remote;
    }

    /**
     * Runs a shell script there to its end.
     *
     * @throws IllegalStateException with its output, if it fails or takes longer than a minute
     */
    public Remote run(String script) {
        Remote remote = begin(script);
        // Not the whole of it: it may hold a token.
        String beginning = script.length() <= SHOWN ? script : script.substring(0, SHOWN) + "…";
        await("the end of: " + beginning, SCRIPT, () -> remote.status().isPresent());
        if (remote.status().getAsInt() != 0) {
            throw new IllegalStateException(
                    beginning + "\nended with status " + remote.status().getAsInt() + ":\n" + remote.output());
        }
        return remote;
    }

    /** Waits until the condition holds, as long as the machine runs. */
    public void await(String what, Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (!machine.alive()) {
                throw new IllegalStateException("the AppArmor kernel is gone:\n" + machine.tail(40));
            }
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + bound.toSeconds() + " s: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(5);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, interrupted);
            }
        }
    }

    private void read() {
        try {
            while (!stopped) {
                wire.receive(TURN).ifPresent(this::take);
            }
        } catch (IOException closed) {
            if (!stopped) {
                throw new UncheckedIOException("no way from the kernel", closed);
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(Frame frame) {
        switch (frame.kind()) {
            case READY -> port = Integer.parseInt(frame.text());
            case OUTPUT -> Optional.ofNullable(scripts.get(frame.id())).ifPresent(it -> it.wrote(frame.content()));
            case DONE ->
                Optional.ofNullable(scripts.remove(frame.id()))
                        .ifPresent(it -> it.ended(Integer.parseInt(frame.text())));
            case OPEN -> connect(frame.id());
            case DATA, END -> connections.take(frame);
            default -> throw new IllegalStateException("not for this side: " + frame.kind());
        }
    }

    private void connect(int id) {
        if (!reachable || server.isEmpty()) {
            connections.end(id);
            return;
        }
        try {
            connections.join(
                    id, new Socket(server.get().getAddress(), server.get().getPort()));
        } catch (IOException refused) {
            connections.end(id);
        }
    }

    private void stop() {
        stopped = true;
        try {
            wire.send(new Frame(Frame.Kind.BYE, 0, ""));
            long end = System.nanoTime() + GRACE.toNanos();
            while (machine.alive() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        } catch (IOException failure) {
            throw new UncheckedIOException("the kernel cannot be told to stop", failure);
        } finally {
            machine.close();
        }
        try {
            wire.close();
            Directories.remove(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot remove " + directory, failure);
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
