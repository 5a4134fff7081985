package dev.apparmoradmission.cluster.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Certificates and keys as text (RFC 7468). */
public final class Pem {

    /** A chain or a bundle is a few kilobytes. */
    private static final int LONGEST = 256 * 1024;

    private static final int MOST_CERTIFICATES = 32;

    private Pem() {}

    /**
     * What a text holds.
     *
     * @param certificates those that could be read, in order
     * @param fault why not all of it could be read
     */
    public record Certificates(List<X509Certificate> certificates, Optional<String> fault) {
        /** Copies the list. */
        public Certificates {
            certificates = List.copyOf(certificates);
        }
    }

    /** Reads certificates, up to the first thing that is none. */
    public static Certificates certificates(String text) {
        List<X509Certificate> read = new ArrayList<>();
        if (text.length() > LONGEST) {
            return new Certificates(read, Optional.of("is longer than " + LONGEST + " characters"));
        }
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            Object found = parser.readObject();
            while (found != null) {
                if (!(found instanceof X509CertificateHolder certificate) || read.size() == MOST_CERTIFICATES) {
                    return new Certificates(read, Optional.of("holds something else than a few certificates"));
                }
                read.add(new JcaX509CertificateConverter().getCertificate(certificate));
                found = parser.readObject();
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The parser meets garbage with unchecked exceptions as well.
            return new Certificates(read, Optional.of("holds a certificate that cannot be read"));
        }
        return new Certificates(
                read, read.isEmpty() ? Optional.of("holds no certificate in PEM form") : Optional.empty());
    }

    /** Reads a private key that is not encrypted; empty where there is none. */
    public static Optional<PrivateKey> key(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        try (PEMParser parser = new PEMParser(new StringReader(text))) {
            Object found = parser.readObject();
            while (found != null) {
                if (found instanceof PrivateKeyInfo key) {
                    return Optional.of(new JcaPEMKeyConverter().getPrivateKey(key));
                }
                if (found instanceof PEMKeyPair pair) {
                    return Optional.of(new JcaPEMKeyConverter().getKeyPair(pair).getPrivate());
                }
                // EC keys of OpenSSL come after their parameters.
                found = parser.readObject();
            }
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Certificates, one after the other. */
    public static String of(List<X509Certificate> certificates) {
        return certificates.stream().map(Pem::of).collect(Collectors.joining());
    }

    /** A certificate. */
    public static String of(X509Certificate certificate) {
        try {
            return block("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A key. Must go nowhere but into the process or the Secret. */
    public static String of(PrivateKey key) {
        return block("PRIVATE KEY", key.getEncoded());
    }

    private static String block(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
