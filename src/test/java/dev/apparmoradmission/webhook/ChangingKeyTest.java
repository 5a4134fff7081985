package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.tls.ServingPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;

/** A handshake gets a certificate and its own key, whenever the next one comes. */
class ChangingKeyTest {

    private static final String EC = "EC";

    private final ServingPair first = pair();
    private final ServingPair second = pair();

    private static ServingPair pair() {
        return SelfMadeCertificate.make(List.of(), Instant.now()).pair();
    }

    private static X509ExtendedKeyManager keys(ServingPair pair) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("one", pair.key(), new char[0], pair.chain().toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    }

    @Test
    void a_handshake_that_has_begun_ends_with_the_key_it_began_with() throws Exception {
        ChangingKey key = new ChangingKey(keys(first));
        String begun = key.chooseEngineServerAlias(EC, null, null);
        key.follow(keys(second));
        String later = key.chooseEngineServerAlias(EC, null, null);

        assertThat(key.getCertificateChain(begun)).containsExactlyElementsOf(first.chain());
        assertThat(key.getPrivateKey(begun)).isEqualTo(first.key());
        assertThat(key.getCertificateChain(later)).containsExactlyElementsOf(second.chain());
        assertThat(key.getPrivateKey(later)).isEqualTo(second.key());
        assertThat(key.chooseServerAlias(EC, null, null)).isEqualTo(later);
        assertThat(key.getServerAliases(EC, null)).containsExactly(later);
    }

    @Test
    void a_key_many_changes_old_is_forgotten() throws Exception {
        ChangingKey key = new ChangingKey(keys(first));
        String begun = key.chooseEngineServerAlias(EC, null, null);
        for (int i = 0; i < 40; i++) {
            key.follow(keys(second));
        }

        assertThat(key.getPrivateKey(begun)).isNull();
        assertThat(key.getCertificateChain(begun)).isNull();
    }

    @Test
    void there_is_none_of_another_kind_and_none_for_a_client() throws Exception {
        ChangingKey key = new ChangingKey(keys(first));

        assertThat(key.chooseEngineServerAlias("RSA", null, null)).isNull();
        assertThat(key.getServerAliases("RSA", null)).isNull();
        assertThat(key.chooseClientAlias(new String[] {EC}, null, null)).isNull();
        assertThat(key.getClientAliases(EC, null)).isNull();
    }
}
