package dev.apparmoradmission.cluster.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a server proves its name with.
 *
 * @param chain the serving certificate, and those above it; not empty
 * @param key belongs to the first of them
 */
public record ServingPair(List<X509Certificate> chain, PrivateKey key) {

    /** Copies the list. */
    public ServingPair {
        chain = List.copyOf(chain);
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("a chain has a first certificate");
        }
    }

    /** The serving certificate. */
    public X509Certificate leaf() {
        return chain.get(0);
    }

    /** Why it cannot be served, whoever calls; empty where it can. */
    public Optional<String> fault(Instant now) {
        if (now.isBefore(Life.begin(leaf()))) {
            return Optional.of("the serving certificate is not valid before " + Life.begin(leaf()));
        }
        if (!now.isBefore(Life.end(leaf()))) {
            return Optional.of("the serving certificate expired at " + Life.end(leaf()));
        }
        return fits(leaf(), key) ? Optional.empty() : Optional.of("the key does not belong to the serving certificate");
    }

    /** The same key and certificates. */
    boolean isSame(ServingPair other) {
        return chain.equals(other.chain) && Arrays.equals(key.getEncoded(), other.key.getEncoded());
    }

    /** Whether a key belongs to a certificate. */
    static boolean fits(X509Certificate certificate, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC", "ECDSA" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        try {
            byte[] text = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(text);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(text);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
