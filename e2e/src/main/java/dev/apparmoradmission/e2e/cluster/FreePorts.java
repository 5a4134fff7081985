package dev.apparmoradmission.e2e.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports that nobody listens on. */
public final class FreePorts {
    private FreePorts() {}

    /**
     * Distinct free TCP ports. They are held together while they are chosen, so that none is given twice; someone
     * else may still take one before it is used, which then shows as a program that does not start.
     */
    public static List<Integer> choose(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"));
                held.add(socket);
                ports.add(socket.getLocalPort());
            }
            return List.copyOf(ports);
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }
}
