package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.tls.Pem;
import dev.apparmoradmission.cluster.tls.ServingPair;
import io.quarkus.tls.BaseTlsConfiguration;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.concurrent.atomic.AtomicReference;

/** A certificate that lives in memory alone, and may be followed by another. */
final class ServedCertificate extends BaseTlsConfiguration {

    private final AtomicReference<ServingPair> pair;

    ServedCertificate(ServingPair first) {
        pair = new AtomicReference<>(first);
    }

    /** This one from now on, for whoever asks. Servers that run must be told. */
    void follow(ServingPair next) {
        pair.set(next);
    }

    @Override
    public KeyStore getKeyStore() {
        ServingPair present = pair.get();
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(
                    "admission", present.key(), new char[0], present.chain().toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java runtime has no PKCS#12 key store: " + e.getMessage(), e);
        }
    }

    @Override
    public KeyCertOptions getKeyStoreOptions() {
        ServingPair present = pair.get();
        return new PemKeyCertOptions()
                .addKeyValue(Buffer.buffer(Pem.of(present.key())))
                .addCertValue(Buffer.buffer(Pem.of(present.chain())));
    }

    @Override
    public SSLOptions getSSLOptions() {
        return new SSLOptions().setKeyCertOptions(getKeyStoreOptions()).setUseAlpn(true);
    }
}
