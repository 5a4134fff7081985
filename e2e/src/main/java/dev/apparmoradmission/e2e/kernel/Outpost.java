package dev.apparmoradmission.e2e.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs where the kernel has AppArmor: carries out scripts, and passes connections on its loopback to the API server beside the
 * tests. It is of the JDK alone, for an emulated processor takes its time to load classes.
 */
public final class Outpost {
    private final Wire wire;
    private final Connections connections;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    private Outpost(Wire wire) {
        this.wire = wire;
        this.connections = new Connections(wire);
    }

    /** @param arguments the directory of the two files */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (Wire wire = Wire.there(Path.of(arguments[0]))) {
            new Outpost(wire).serve();
        }
    }

    private void serve() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::killAll, "kill"));
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            daemon("listener", () -> listen(listener));
            wire.send(new Frame(Frame.Kind.READY, 0, Integer.toString(listener.getLocalPort())));
            while (true) {
                Frame frame = wire.receive(Duration.ofDays(1)).orElse(new Frame(Frame.Kind.BYE, 0, ""));
                switch (frame.kind()) {
                    case RUN -> run(frame.id(), frame.text());
                    case DATA, END -> connections.take(frame);
                    case BYE -> {
                        return;
                    }
                    default -> throw new IllegalStateException("not for this side: " + frame.kind());
                }
            }
        } finally {
            killAll();
        }
    }

    private void listen(ServerSocket listener) {
        for (int id = 1; ; id++) {
            try {
                java.net.Socket socket = listener.accept();
                wire.send(new Frame(Frame.Kind.OPEN, id, ""));
                connections.join(id, socket);
            } catch (IOException stopped) {
                return;
            }
        }
    }

    private void run(int id, String script) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder("/bin/sh", "-c", script)
                    .redirectErrorStream(true)
                    .redirectInput(new java.io.File("/dev/null"))
                    .start();
        } catch (IOException failure) {
            wire.send(new Frame(Frame.Kind.OUTPUT, id, failure + "\n"));
            wire.send(new Frame(Frame.Kind.DONE, id, "126"));
            return;
        }
        running.add(process);
        daemon("script-" + id, () -> follow(id, process));
    }

    private void follow(int id, Process process) {
        byte[] chunk = new byte[8192];
        try {
            InputStream output = process.getInputStream();
            for (int count = output.read(chunk); count >= 0; count = output.read(chunk)) {
                wire.send(new Frame(Frame.Kind.OUTPUT, id, Arrays.copyOf(chunk, count)));
            }
            wire.send(new Frame(Frame.Kind.DONE, id, Integer.toString(process.waitFor())));
        } catch (IOException failure) {
            throw new UncheckedIOException("the other side cannot be told", failure);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
        running.remove(process);
    }

    private void killAll() {
        for (Process process : running) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
