package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.tls.ServingPair;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTPS port serves, which may be followed by another without the server's noticing.
 *
 * <p>Vert.x can give a running server another certificate too ({@code HttpServer.updateSSLOptions}, which is how Quarkus reloads
 * files), but closes every connection that comes in before the new SSL context is made: some milliseconds, and each time that
 * files are looked at. With {@code failurePolicy: Fail} that is a pod that is not created. So the server keeps one context, which
 * takes its key and its certificate from here.
 */
final class ServedCertificate extends BaseTlsConfiguration {

    private static final char[] NO_PASSWORD = new char[0];

    private final ChangingKey key;
    private final AtomicReference<KeyStore> store;
    private final Optional<TlsConfiguration> configured;

    private ServedCertificate(X509ExtendedKeyManager key, KeyStore store, Optional<TlsConfiguration> configured) {
        this.key = new ChangingKey(key);
        this.store = new AtomicReference<>(store);
        this.configured = configured;
    }

    /**
     * One that lives in memory alone.
     *
     * @param configured everything else, such as whom to trust, where that is configured without a key
     */
    static ServedCertificate of(ServingPair first, Optional<TlsConfiguration> configured) {
        KeyStore store = store(first);
        return new ServedCertificate(keys(store), store, configured);
    }

    /**
     * A configured one; protocols, ciphers and trusted clients stay as they are configured at the start.
     *
     * @throws UnusableConfigurationException if it has no key
     */
    static ServedCertificate of(TlsConfiguration configured, Vertx vertx) {
        return new ServedCertificate(keys(configured, vertx), configured.getKeyStore(), Optional.of(configured));
    }

    /** This one from the next handshake on; connections that are open stay as they are. */
    void follow(ServingPair next) {
        KeyStore successor = store(next);
        key.follow(keys(successor));
        store.set(successor);
    }

    /** What is configured has been read anew. */
    void follow(TlsConfiguration next, Vertx vertx) {
        key.follow(keys(next, vertx));
        store.set(next.getKeyStore());
    }

    private static KeyStore store(ServingPair pair) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("admission", pair.key(), NO_PASSWORD, pair.chain().toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java runtime has no PKCS#12 key store: " + e.getMessage(), e);
        }
    }

    private static X509ExtendedKeyManager keys(KeyStore store) {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return keys(factory);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime cannot serve a key: " + e.getMessage(), e);
        }
    }

    private static X509ExtendedKeyManager keys(TlsConfiguration configured, Vertx vertx) {
        try {
            return keys(configured.getKeyStoreOptions().getKeyManagerFactory(vertx));
        } catch (Exception e) {
            throw new UnusableConfigurationException(
                    "quarkus.tls.admission.key-store: " + StartFailure.oneLine(String.valueOf(e.getMessage())));
        }
    }

    private static X509ExtendedKeyManager keys(KeyManagerFactory factory) {
        return Arrays.stream(factory.getKeyManagers())
                .filter(X509ExtendedKeyManager.class::isInstance)
                .map(X509ExtendedKeyManager.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("this Java runtime has no key manager for X.509"));
    }

    @Override
    public KeyStore getKeyStore() {
        return store.get();
    }

    @Override
    public KeyCertOptions getKeyStoreOptions() {
        return KeyCertOptions.wrap(key);
    }

    @Override
    public @Nullable KeyStore getTrustStore() {
        return configured.map(TlsConfiguration::getTrustStore).orElse(null);
    }

    @Override
    public @Nullable TrustOptions getTrustStoreOptions() {
        return configured.map(TlsConfiguration::getTrustStoreOptions).orElse(null);
    }

    @Override
    public SSLOptions getSSLOptions() {
        return configured
                .map(TlsConfiguration::getSSLOptions)
                .orElseGet(() -> new SSLOptions().setUseAlpn(true))
                .setKeyCertOptions(getKeyStoreOptions());
    }
}
