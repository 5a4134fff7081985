package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Quoted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A certificate authority and one serving certificate by it (RFC 5280), for where none is configured. Keys are EC P-256, live
 * in memory only, and go with the process; nobody can sign a second certificate.
 *
 * @param authority the authority's certificate, which clients are to trust
 * @param serving the serving certificate
 * @param key the serving certificate's key
 */
record SelfMadeCertificate(X509Certificate authority, X509Certificate serving, PrivateKey key) {

    private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    private static final String COMMON_NAME = "2.5.4.3";
    private static final String SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    private static final String KEY_USAGE = "2.5.29.15";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    private static final String EXTENDED_KEY_USAGE = "2.5.29.37";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private static final byte DIGITAL_SIGNATURE = (byte) 0x80;
    private static final byte CERTIFICATE_AND_CRL_SIGN = 0x06;

    /** Longer than any process should run; a restart makes a new one. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    private static final Duration CLOCK_SKEW = Duration.ofHours(1);

    private static final Pattern HOST_NAME = Pattern.compile(
            "(\\*\\.)?[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9])?(\\.[a-zA-Z0-9_]([-a-zA-Z0-9_]*[a-zA-Z0-9])?)*");
    private static final Pattern IP_LITERAL =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /**
     * Makes both certificates.
     *
     * @param hosts names and IP addresses under which the webhook is called, besides this machine's own
     * @param now the instant from which they are valid
     * @throws IllegalArgumentException if a host is neither a DNS name nor an IP address
     */
    static SelfMadeCertificate make(Collection<String> hosts, Instant now) {
        try {
            SecureRandom random = new SecureRandom();
            KeyPair authorityKeys = keys(random);
            KeyPair servingKeys = keys(random);
            byte[] issuer = name("apparmor-admission self-made CA " + Long.toHexString(random.nextLong()));
            byte[] authorityId = keyIdentifier(authorityKeys.getPublic());
            X509Certificate authority = certificate(
                    issuer,
                    issuer,
                    authorityKeys.getPublic(),
                    authorityKeys.getPrivate(),
                    now,
                    random,
                    extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.trueValue(), Der.integer(BigInteger.ZERO))),
                    extension(KEY_USAGE, true, Der.bits(1, CERTIFICATE_AND_CRL_SIGN)),
                    extension(SUBJECT_KEY_IDENTIFIER, false, Der.octets(authorityId)));
            X509Certificate serving = certificate(
                    issuer,
                    name("apparmor-admission"),
                    servingKeys.getPublic(),
                    authorityKeys.getPrivate(),
                    now,
                    random,
                    extension(BASIC_CONSTRAINTS, true, Der.sequence()),
                    extension(KEY_USAGE, true, Der.bits(7, DIGITAL_SIGNATURE)),
                    extension(EXTENDED_KEY_USAGE, false, Der.sequence(Der.oid(SERVER_AUTH))),
                    extension(SUBJECT_ALTERNATIVE_NAME, false, Der.sequence(alternativeNames(withOwn(hosts)))),
                    extension(AUTHORITY_KEY_IDENTIFIER, false, Der.sequence(Der.context(0, false, authorityId))));
            return new SelfMadeCertificate(authority, serving, servingKeys.getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(
                    "this Java runtime cannot make an EC P-256 certificate: " + e.getMessage(), e);
        }
    }

    /** The authority's certificate in PEM form. */
    String authorityPem() {
        return pem("CERTIFICATE", encoded(authority));
    }

    /** The serving certificate in PEM form. */
    String servingPem() {
        return pem("CERTIFICATE", encoded(serving));
    }

    /** The key in PEM form. It must not leave the process. */
    String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    /** Key and chain in a store in memory. */
    KeyStore keyStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("admission", key, new char[0], new Certificate[] {serving, authority});
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java runtime has no PKCS#12 key store: " + e.getMessage(), e);
        }
    }

    private static KeyPair keys(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static X509Certificate certificate(
            byte[] issuer,
            byte[] subject,
            PublicKey subjectKey,
            PrivateKey signer,
            Instant now,
            SecureRandom random,
            byte[]... extensions)
            throws GeneralSecurityException, IOException {
        byte[] algorithm = Der.sequence(Der.oid(ECDSA_WITH_SHA256));
        byte[] toBeSigned = Der.sequence(
                Der.context(0, true, Der.integer(BigInteger.TWO)),
                Der.integer(new BigInteger(127, random).setBit(0)),
                algorithm,
                issuer,
                Der.sequence(Der.time(now.minus(CLOCK_SKEW)), Der.time(now.plus(VALIDITY))),
                subject,
                subjectKey.getEncoded(),
                Der.context(3, true, Der.sequence(extensions)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(signer, random);
        signature.update(toBeSigned);
        byte[] certificate = Der.sequence(toBeSigned, algorithm, Der.bits(0, signature.sign()));
        try (var in = new ByteArrayInputStream(certificate)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(Der.oid(COMMON_NAME), Der.utf8(commonName))));
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        return critical
                ? Der.sequence(Der.oid(oid), Der.trueValue(), Der.octets(value))
                : Der.sequence(Der.oid(oid), Der.octets(value));
    }

    private static byte[] keyIdentifier(PublicKey key) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-1").digest(key.getEncoded());
    }

    private static byte[][] alternativeNames(Set<String> hosts) {
        return hosts.stream().map(SelfMadeCertificate::alternativeName).toArray(byte[][]::new);
    }

    private static byte[] alternativeName(String host) {
        if (IP_LITERAL.matcher(host).matches()) {
            try {
                // A literal is not looked up.
                return Der.context(
                        IP_ADDRESS, false, InetAddress.getByName(host).getAddress());
            } catch (IOException e) {
                throw new IllegalArgumentException(notAHost(host), e);
            }
        }
        if (host.length() > 253 || !HOST_NAME.matcher(host).matches()) {
            throw new IllegalArgumentException(notAHost(host));
        }
        return Der.context(DNS_NAME, false, host.getBytes(StandardCharsets.US_ASCII));
    }

    private static String notAHost(String host) {
        return "not a DNS name or an IP address: " + Quoted.of(host);
    }

    /** This machine's names first: whoever runs the webhook at a desk calls it by one of them. */
    private static Set<String> withOwn(Collection<String> hosts) {
        Set<String> all = new LinkedHashSet<>();
        all.add("localhost");
        all.add("127.0.0.1");
        all.add("::1");
        ownName().ifPresent(all::add);
        all.addAll(hosts);
        return all;
    }

    private static Optional<String> ownName() {
        try {
            return Optional.of(InetAddress.getLocalHost().getHostName())
                    .filter(name ->
                            name.length() <= 253 && HOST_NAME.matcher(name).matches())
                    .filter(name -> !IP_LITERAL.matcher(name).matches());
        } catch (IOException e) {
            // A machine that does not know its own name is not called by it.
            return Optional.empty();
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
