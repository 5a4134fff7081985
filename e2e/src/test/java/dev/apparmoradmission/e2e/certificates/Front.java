package dev.apparmoradmission.e2e.certificates;

import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What a Service is to the API server: one address, each connection to one of the replicas in turn. TLS goes through untouched. */
final class Front implements AutoCloseable {
    private final ServerSocket listener;
    private final List<WebhookProcess> replicas = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();

    private Front(ServerSocket listener) {
        this.listener = listener;
    }

    static Front start() throws IOException {
        Front front = new Front(new ServerSocket(0, 64));
        daemon(front::accept);
        return front;
    }

    /** In place of those before; open connections stay. */
    void before(WebhookProcess... some) {
        replicas.clear();
        replicas.addAll(List.of(some));
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException closed) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(closed);
                }
            }
        }
    }

    private void serve(Socket client) {
        sockets.add(client);
        try (client) {
            WebhookProcess replica = replicas.get(connections.getAndIncrement() % replicas.size());
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(), replica.port())) {
                sockets.add(server);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                daemon(() -> copy(client, server));
                copy(server, client);
            }
        } catch (IOException gone) {
            // Either side may go at any time: that is what a connection does.
        } finally {
            sockets.removeIf(Socket::isClosed);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // The other direction sees the same.
        }
        shut(from);
        shut(to);
    }

    private static void shut(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // Nothing is left to be shut.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "front");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sockets.forEach(Front::shut);
    }
}
