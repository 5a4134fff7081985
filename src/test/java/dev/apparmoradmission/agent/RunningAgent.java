package dev.apparmoradmission.agent;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The agent's loop in a thread of its own, in more of a hurry than as shipped. */
final class RunningAgent implements AutoCloseable {

    static final Duration NEVER = Duration.ofHours(1);

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final Thread thread;

    RunningAgent(FakeNode node, FakeApiServer server) {
        this(node, server, NEVER, NEVER);
    }

    RunningAgent(FakeNode node, FakeApiServer server, Duration poll, Duration refresh) {
        Journal journal = new Journal(new PrintStream(log, true, StandardCharsets.UTF_8), Clock.systemUTC());
        Credentials credentials = new Credentials(node.tokenFile(), Path.of("ca.crt"));
        Wakening wakening = new Wakening();
        KernelFiles kernel = node.kernel();
        InventoryLoop loop = new InventoryLoop(
                kernel,
                new InventoryText.Boot(FakeNode.BOOT_ID, "6.8.0-31-generic"),
                wakening,
                new ApiServer(server.uri(), "inventory", credentials, Duration.ofSeconds(1)),
                credentials,
                new Identity("n1", "uid-1"),
                true,
                new InventoryLoop.Pace(
                        poll,
                        refresh,
                        Duration.ofMillis(30),
                        Duration.ofMillis(300),
                        Duration.ofMillis(20),
                        Duration.ofMillis(200),
                        Duration.ofMillis(50),
                        Duration.ofMillis(200)),
                Clock.systemUTC(),
                new Random(7),
                journal);
        new RevisionWatch(kernel.revision(), wakening, journal, Duration.ofMillis(20)).start();
        thread = new Thread(
                () -> {
                    try {
                        loop.run();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                },
                "agent");
        thread.setDaemon(true);
        thread.start();
    }

    String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    void await(String what, BooleanSupplier condition) throws InterruptedException {
        await(what, condition, this::log);
    }

    static void await(String what, BooleanSupplier condition, Supplier<String> log) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("in vain: " + what + "\n" + log.get());
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofMinutes(1).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError("the agent does not end when it is interrupted");
        }
    }
}
