package dev.apparmoradmission.cluster.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
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
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority (RFC 5280) that signs serving certificates. Keys are EC P-256.
 *
 * @param certificate what clients are to trust
 * @param key signs
 */
public record Authority(X509Certificate certificate, PrivateKey key) {

    private static final String SIGNATURE = "SHA256withECDSA";
    private static final Duration CLOCK_SKEW = Duration.ofHours(1);
    /** No more of a short life than this part may lie before its beginning. */
    private static final int SKEW_PART = 10;

    /**
     * Makes an authority.
     *
     * @param name its common name, to which a random number is added: no two authorities have one name
     * @param now its beginning; what it signs is valid a little earlier, for the sake of clocks that are behind
     */
    public static Authority make(String name, Instant now, Duration validity, SecureRandom random) {
        try {
            KeyPair keys = keys(random);
            X500Name subject = new X500Name("CN=" + name + " " + Long.toHexString(random.nextLong()));
            X509v3CertificateBuilder builder = builder(
                            subject, subject, keys.getPublic(), now, validity, now.plus(validity), random)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
            return new Authority(signed(builder, keys.getPrivate()), keys.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw unable(e);
        }
    }

    /**
     * Signs a serving certificate for a new key. It ends with the authority at the latest.
     *
     * @param hosts DNS names and IP addresses
     * @throws IllegalArgumentException if a host is neither
     */
    public ServingPair issue(Collection<String> hosts, Instant now, Duration validity, SecureRandom random) {
        GeneralName[] names = hosts.stream().map(HostName::inCertificate).toArray(GeneralName[]::new);
        Instant end = now.plus(validity);
        Instant ours = certificate.getNotAfter().toInstant();
        try {
            KeyPair keys = keys(random);
            X509v3CertificateBuilder builder = builder(
                            new JcaX509CertificateHolder(certificate).getSubject(),
                            new X500Name("CN=apparmor-admission"),
                            keys.getPublic(),
                            now,
                            validity,
                            end.isBefore(ours) ? end : ours,
                            random)
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(
                            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                    .addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return new ServingPair(List.of(signed(builder, key), certificate), keys.getPrivate());
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw unable(e);
        }
    }

    /** Whether it may sign at that instant. */
    boolean isUsable(Instant now) {
        return isAuthority(certificate) && Life.isWithin(certificate, now);
    }

    /** Whether a certificate is one of an authority. */
    static boolean isAuthority(X509Certificate certificate) {
        return certificate.getBasicConstraints() >= 0;
    }

    /** Whether one certificate was signed by the other. */
    static boolean hasSigned(X509Certificate authority, X509Certificate certificate) {
        if (!authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static KeyPair keys(SecureRandom random) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer,
            X500Name subject,
            PublicKey subjectKey,
            Instant now,
            Duration validity,
            Instant end,
            SecureRandom random) {
        Duration part = validity.dividedBy(SKEW_PART);
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(127, random).setBit(0),
                Date.from(now.minus(part.compareTo(CLOCK_SKEW) < 0 ? part : CLOCK_SKEW)),
                Date.from(end),
                subject,
                subjectKey);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey signer)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer)));
    }

    private static IllegalStateException unable(Exception e) {
        return new IllegalStateException("this Java runtime cannot make an EC P-256 certificate: " + e.getMessage(), e);
    }
}
