package dev.apparmoradmission.e2e.stranger;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** One connection of somebody who is no API server. */
final class Stranger implements AutoCloseable {
    private static final int PATIENCE_MILLISECONDS = 30_000;

    private final Socket socket;

    private Stranger(Socket socket) {
        this.socket = socket;
    }

    /** A context that trusts anybody: whom it talks to is none of a stranger's worries. */
    static SSLContext credulous() {
        TrustManager credulous = new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {credulous}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("no TLS here", impossible);
        }
    }

    /** Connects and shakes hands. */
    static Stranger at(int port) throws IOException {
        return at(port, credulous());
    }

    static Stranger at(int port, SSLContext context) throws IOException {
        Stranger bare = bare(port);
        try {
            SSLSocket tls = (SSLSocket) context.getSocketFactory()
                    .createSocket(bare.socket, InetAddress.getLoopbackAddress().getHostAddress(), port, true);
            tls.startHandshake();
            return new Stranger(tls);
        } catch (IOException refused) {
            bare.close();
            throw refused;
        }
    }

    /** Connects, and says nothing. */
    static Stranger bare(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLISECONDS);
        return new Stranger(socket);
    }

    Socket socket() {
        return socket;
    }

    /** Says so much, and no more. */
    void say(String text) throws IOException {
        say(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void say(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
        socket.getOutputStream().flush();
    }

    /** The whole answer to a request, with its head. */
    String post(String path, String body) throws IOException {
        say("POST " + path + " HTTP/1.1\r\nHost: webhook\r\nConnection: close\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Whether the other side has ended this connection; looks for a moment only. */
    boolean isTurnedOut() {
        try {
            socket.setSoTimeout(1);
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException held) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
