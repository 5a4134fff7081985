package dev.apparmoradmission.e2e.inventory;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A wire to a server on this machine that can be cut and joined again: an outage of that server for one client alone. */
final class CutWire implements AutoCloseable {
    private final URI server;
    private final ServerSocket listener;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean cut;

    CutWire(URI server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        thread(this::accept);
    }

    /** Where the client has to connect to: by the server's own name, which its certificate is for. */
    URI uri() {
        return URI.create(server.getScheme() + "://" + server.getHost() + ":" + listener.getLocalPort());
    }

    /** Ends what is connected, and every new connection at once. */
    void cut() {
        cut = true;
        open.forEach(CutWire::end);
        open.clear();
    }

    void join() {
        cut = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (cut) {
                    end(client);
                    continue;
                }
                Socket target = new Socket(server.getHost(), server.getPort());
                open.addAll(List.of(client, target));
                thread(() -> pump(client, target));
                thread(() -> pump(target, client));
            } catch (IOException ended) {
                // By close, or a server that is really away: the client tries again.
            }
        }
    }

    private static void pump(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException ended) {
            end(from);
            end(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyEnded) {
            // As it should be.
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        cut();
        listener.close();
    }
}
