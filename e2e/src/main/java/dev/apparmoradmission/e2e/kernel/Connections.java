package dev.apparmoradmission.e2e.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The sockets of one side, each joined to its counterpart on the other. */
final class Connections {
    private static final int CHUNK = 64 * 1024;

    private final Wire wire;
    private final Map<Integer, Socket> sockets = new ConcurrentHashMap<>();

    Connections(Wire wire) {
        this.wire = wire;
    }

    /** Passes on what this socket brings, and is ready to give it what comes back. */
    void join(int id, Socket socket) {
        sockets.put(id, socket);
        Thread thread = new Thread(() -> pump(id, socket), "connection-" + id);
        thread.setDaemon(true);
        thread.start();
    }

    private void pump(int id, Socket socket) {
        byte[] chunk = new byte[CHUNK];
        try (socket) {
            InputStream input = socket.getInputStream();
            for (int count = input.read(chunk); count >= 0; count = input.read(chunk)) {
                wire.send(new Frame(Frame.Kind.DATA, id, Arrays.copyOf(chunk, count)));
            }
        } catch (IOException closedByEitherSide) {
            // Told to the other side below, like an orderly end: a relay knows no more about it.
        }
        sockets.remove(id);
        end(id);
    }

    /** Tells the other side that this connection is over. */
    void end(int id) {
        try {
            wire.send(new Frame(Frame.Kind.END, id, ""));
        } catch (IOException failure) {
            throw new UncheckedIOException("the other side cannot be told", failure);
        }
    }

    /** Bytes or the end of a connection, from the other side; what comes for one that is over is dropped. */
    void take(Frame frame) {
        Socket socket = sockets.get(frame.id());
        if (socket == null) {
            return;
        }
        try {
            if (frame.kind() == Frame.Kind.DATA) {
                socket.getOutputStream().write(frame.content());
            } else {
                socket.close();
            }
        } catch (IOException closedMeanwhile) {
            sockets.remove(frame.id());
        }
    }

    /** Breaks every connection. */
    void cut() {
        sockets.values().forEach(socket -> {
            try {
                socket.close();
            } catch (IOException alreadyClosed) {
                // Then it is as it should be.
            }
        });
    }
}
