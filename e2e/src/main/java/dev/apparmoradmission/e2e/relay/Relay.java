package dev.apparmoradmission.e2e.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An HTTP proxy that only tunnels (RFC 9110 §9.3.6, {@code CONNECT}): TLS goes through untouched, so any API server can be
 * behind it under its own name. It counts the bytes on the wire, can be slow, and can be cut like a cable.
 */
public final class Relay implements AutoCloseable {
    private static final int LONGEST_HEAD = 16 * 1024;
    private static final long SILENCE_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final List<AtomicLong> received = new CopyOnWriteArrayList<>();
    private volatile boolean cut;
    private volatile Duration latency = Duration.ZERO;

    private Relay(ServerSocket listener) {
        this.listener = listener;
    }

    /** Starts to listen on the loopback. */
    public static Relay start() throws IOException {
        Relay relay = new Relay(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()));
        daemon("relay", relay::accept);
        return relay;
    }

    /** What makes a program send its HTTPS through here. */
    public Map<String, String> environment() {
        String url = "http://127.0.0.1:" + listener.getLocalPort();
        return Map.of("HTTPS_PROXY", url, "https_proxy", url, "NO_PROXY", "", "no_proxy", "");
    }

    /** Ends all connections and takes no more, until {@link #mend()}. */
    public void cut() {
        cut = true;
        sockets.forEach(Relay::shut);
    }

    /** Takes connections again. */
    public void mend() {
        cut = false;
    }

    /**
     * From now on whatever is asked takes so much longer: what a client says after a silence is held back. Answers are not, so
     * that a long list takes no longer than a short one.
     */
    public void slow(Duration by) {
        latency = by;
    }

    /** Bytes that came from the server so far, for each connection in the order in which they were made. */
    public List<Long> received() {
        return received.stream().map(AtomicLong::get).toList();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (cut) {
                    shut(client);
                } else {
                    daemon("relay-connection", () -> serve(client));
                }
            } catch (IOException closed) {
                if (!listener.isClosed()) {
                    throw new java.io.UncheckedIOException(closed);
                }
            }
        }
    }

    private void serve(Socket client) {
        sockets.add(client);
        try (client) {
            String[] request = head(client.getInputStream()).split(" ", 3);
            if (request.length < 3 || !request[0].equals("CONNECT")) {
                answer(client, "405 Method Not Allowed");
                return;
            }
            int colon = request[1].lastIndexOf(':');
            String host = request[1].substring(0, colon).replaceAll("[\\[\\]]", "");
            try (Socket server = new Socket(host, Integer.parseInt(request[1].substring(colon + 1)))) {
                sockets.add(server);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                answer(client, "200 Connection established");
                AtomicLong count = new AtomicLong();
                received.add(count);
                daemon("relay-up", () -> copy(client, server, new AtomicLong(), true));
                copy(server, client, count, false);
            }
        } catch (IOException gone) {
            // Either side may go at any time: that is what a connection does.
            shut(client);
        } finally {
            sockets.removeIf(Socket::isClosed);
        }
    }

    private static void answer(Socket client, String status) throws IOException {
        client.getOutputStream().write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** The first line of a request; what follows up to the empty line is passed over. */
    private static String head(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = input.read();
            if (octet < 0 || head.length() > LONGEST_HEAD) {
                throw new IOException("not a request");
            }
            head.append((char) octet);
        }
        return head.substring(0, head.indexOf("\r\n"));
    }

    private void copy(Socket from, Socket to, AtomicLong count, boolean asks) {
        byte[] buffer = new byte[32 * 1024];
        try {
            InputStream input = from.getInputStream();
            OutputStream output = to.getOutputStream();
            long last = System.nanoTime() - SILENCE_NANOSECONDS;
            for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
                if (asks && System.nanoTime() - last >= SILENCE_NANOSECONDS) {
                    TimeUnit.NANOSECONDS.sleep(latency.toNanos());
                }
                last = System.nanoTime();
                output.write(buffer, 0, length);
                count.addAndGet(length);
            }
        } catch (IOException ended) {
            // The other direction sees the same.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            shut(from);
            shut(to);
        }
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // Nothing is left to be shut.
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }
}
