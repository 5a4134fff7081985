package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Quoted;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/**
 * A certificate authority and one serving certificate by it (RFC 5280), for where none is configured. Keys are EC P-256, live
 * in memory only, and go with the process; nobody can sign a second certificate.
 *
 * @param authority the authority's certificate, which clients are to trust
 * @param serving the serving certificate
 * @param key the serving certificate's key
 */
record SelfMadeCertificate(X509Certificate authority, X509Certificate serving, PrivateKey key) {

    private static final String SIGNATURE = "SHA256withECDSA";

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
            X500Name issuer = new X500Name("CN=apparmor-admission self-made CA " + Long.toHexString(random.nextLong()));
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            X509Certificate authority = signed(
                    builder(issuer, issuer, authorityKeys.getPublic(), now, random)
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                            .addExtension(
                                    Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                            .addExtension(
                                    Extension.subjectKeyIdentifier,
                                    false,
                                    identifiers.createSubjectKeyIdentifier(authorityKeys.getPublic())),
                    authorityKeys.getPrivate());
            X509Certificate serving = signed(
                    builder(issuer, new X500Name("CN=apparmor-admission"), servingKeys.getPublic(), now, random)
                            .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                            .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                            .addExtension(
                                    Extension.extendedKeyUsage,
                                    false,
                                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                            .addExtension(
                                    Extension.subjectAlternativeName,
                                    false,
                                    new GeneralNames(alternativeNames(withOwn(hosts))))
                            .addExtension(
                                    Extension.authorityKeyIdentifier,
                                    false,
                                    identifiers.createAuthorityKeyIdentifier(authorityKeys.getPublic())),
                    authorityKeys.getPrivate());
            return new SelfMadeCertificate(authority, serving, servingKeys.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
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

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey subjectKey, Instant now, SecureRandom random) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, random).setBit(0),
                Date.from(now.minus(CLOCK_SKEW)),
                Date.from(now.plus(VALIDITY)),
                subject,
                subjectKey);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey signer)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer)));
    }

    private static GeneralName[] alternativeNames(Set<String> hosts) {
        return hosts.stream().map(SelfMadeCertificate::alternativeName).toArray(GeneralName[]::new);
    }

    private static GeneralName alternativeName(String host) {
        if (IPAddress.isValid(host)) {
            return new GeneralName(GeneralName.iPAddress, host);
        }
        if (IP_LITERAL.matcher(host).matches()
                || host.length() > 253
                || !HOST_NAME.matcher(host).matches()) {
            throw new IllegalArgumentException("not a DNS name or an IP address: " + Quoted.of(host));
        }
        return new GeneralName(GeneralName.dNSName, host);
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
