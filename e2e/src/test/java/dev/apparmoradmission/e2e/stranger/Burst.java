package dev.apparmoradmission.e2e.stranger;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/**
 * Many reviews at once, as an API server sends them while a controller makes a great many pods: over some dozens of connections that
 * are kept.
 *
 * @param answers how often each verdict came; what got none is counted by the reason
 * @param seconds how long all of it took
 * @param slowest how long the slowest took that was answered, in milliseconds
 */
public record Burst(Map<String, Integer> answers, double seconds, double slowest) {
    private static final int CONNECTIONS = 64;
    private static final int PATIENCE_MILLISECONDS = 10_000;

    /** What the webhook said: the pod may be. */
    public static final String ALLOWED = "allowed";
    /** What the webhook said: the pod may not be. */
    public static final String DENIED = "denied";

    /**
     * Sends it.
     *
     * @param port of a webhook on this machine
     * @param review what is sent over and over
     * @param count how often
     */
    public static Burst of(int port, String review, int count) throws InterruptedException {
        byte[] body = review.getBytes(StandardCharsets.UTF_8);
        byte[] head =
                ("POST /validate?timeout=10s HTTP/1.1\r\nHost: webhook\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII);
        SSLContext context = Stranger.credulous();
        Map<String, Integer> answers = new ConcurrentHashMap<>();
        AtomicInteger left = new AtomicInteger(count);
        AtomicLong slowest = new AtomicLong();
        long begin = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            Thread thread = new Thread(
                    () -> {
                        while (left.get() > 0) {
                            converse(context, port, head, body, left, answers, slowest);
                        }
                    },
                    "burst-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Burst(new TreeMap<>(answers), (System.nanoTime() - begin) / 1e9, slowest.get() / 1e6);
    }

    /** One connection, until it ends or nothing is left to be asked. */
    private static void converse(
            SSLContext context,
            int port,
            byte[] head,
            byte[] body,
            AtomicInteger left,
            Map<String, Integer> answers,
            AtomicLong slowest) {
        boolean asked = false;
        try (Socket bare = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket socket = context.getSocketFactory().createSocket(bare, "webhook", port, true)) {
            socket.setSoTimeout(PATIENCE_MILLISECONDS);
            while (left.getAndDecrement() > 0) {
                asked = true;
                long start = System.nanoTime();
                socket.getOutputStream().write(head);
                socket.getOutputStream().write(body);
                socket.getOutputStream().flush();
                answers.merge(verdict(Reply.read(socket.getInputStream())), 1, Integer::sum);
                slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
                asked = false;
            }
        } catch (IOException none) {
            if (!asked) {
                left.getAndDecrement();
            }
            answers.merge("no answer", 1, Integer::sum);
        }
    }

    private static String verdict(Reply reply) {
        if (reply.status() != 200) {
            return "status " + reply.status();
        }
        if (reply.body().contains("\"allowed\":false")) {
            return DENIED;
        }
        return reply.body().contains("\"allowed\":true") ? ALLOWED : "neither";
    }

    /** How often that came. */
    public int count(String answer) {
        return answers.getOrDefault(answer, 0);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s in %.1f s, slowest %.0f ms", answers, seconds, slowest);
    }
}
