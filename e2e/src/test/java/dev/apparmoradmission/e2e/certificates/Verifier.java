package dev.apparmoradmission.e2e.certificates;

import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * Opens one connection after the other to each replica, as an API server would that keeps none: trusting what the configurations
 * say at that moment, and asking for the Service's name.
 */
final class Verifier implements AutoCloseable {
    private static final String SERVICE = "apparmor-admission.apparmor-admission.svc";
    private static final int PATIENCE_MILLISECONDS = 20_000;

    private final Installed installed;
    private final List<WebhookProcess> replicas;
    private final AtomicInteger handshakes = new AtomicInteger();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "verifier");
    private volatile boolean ended;

    private Verifier(Installed installed, List<WebhookProcess> replicas) {
        this.installed = installed;
        this.replicas = replicas;
    }

    static Verifier start(Installed installed, List<WebhookProcess> replicas) {
        Verifier verifier = new Verifier(installed, List.copyOf(replicas));
        verifier.thread.setDaemon(true);
        verifier.thread.start();
        return verifier;
    }

    private void run() {
        while (!ended) {
            for (String bundle : new HashSet<>(installed.bundles())) {
                for (WebhookProcess replica : replicas) {
                    try {
                        seen.add(shakeHands(replica, bundle));
                        handshakes.incrementAndGet();
                    } catch (IOException | GeneralSecurityException failure) {
                        failures.add(Instant.now() + " port " + replica.port() + ": " + failure);
                    }
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    /** The serial number of what is served, to somebody who trusts that. */
    static String shakeHands(WebhookProcess replica, String bundle) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store(bundle));
        context.init(null, trust.getTrustManagers(), null);
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), replica.port())) {
            plain.setSoTimeout(PATIENCE_MILLISECONDS);
            try (SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, SERVICE, replica.port(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                        .getSerialNumber()
                        .toString(16);
            }
        }
    }

    private static KeyStore store(String bundle) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        String pem = new String(Base64.getDecoder().decode(bundle), StandardCharsets.US_ASCII);
        List<Certificate> authorities = new ArrayList<>(CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("ca" + i, authorities.get(i));
        }
        return store;
    }

    int handshakes() {
        return handshakes.get();
    }

    /** How many different certificates were met. */
    int certificates() {
        return seen.size();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        end();
    }

    /** Ends it, and waits for that. */
    void end() {
        ended = true;
        try {
            thread.join(TimeUnit.MILLISECONDS.toMillis(PATIENCE_MILLISECONDS) * 2);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
