package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.tls.Authority;
import dev.apparmoradmission.cluster.tls.HostName;
import dev.apparmoradmission.cluster.tls.Pem;
import dev.apparmoradmission.cluster.tls.ServingPair;
import java.io.IOException;
import java.net.InetAddress;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A certificate authority and one serving certificate by it (RFC 5280), for where none is configured. Keys are EC P-256, live
 * in memory only, and go with the process; nobody can sign a second certificate.
 *
 * @param authority the authority's certificate, which clients are to trust
 * @param serving the serving certificate
 * @param key the serving certificate's key
 */
record SelfMadeCertificate(X509Certificate authority, X509Certificate serving, PrivateKey key) {

    /** Longer than any process should run; a restart makes a new one. */
    private static final Duration VALIDITY = Duration.ofDays(365);

    /**
     * Makes both certificates.
     *
     * @param hosts names and IP addresses under which the webhook is called, besides this machine's own
     * @param now the instant from which they are valid
     * @throws IllegalArgumentException if a host is neither a DNS name nor an IP address
     */
    static SelfMadeCertificate make(Collection<String> hosts, Instant now) {
        SecureRandom random = new SecureRandom();
        Authority authority = Authority.make("apparmor-admission self-made CA", now, VALIDITY, random);
        ServingPair pair = authority.issue(withOwn(hosts), now, VALIDITY, random);
        return new SelfMadeCertificate(authority.certificate(), pair.leaf(), pair.key());
    }

    /** What is served. */
    ServingPair pair() {
        return new ServingPair(List.of(serving, authority), key);
    }

    /** The authority's certificate in PEM form. */
    String authorityPem() {
        return Pem.of(authority);
    }

    /** The serving certificate in PEM form. */
    String servingPem() {
        return Pem.of(serving);
    }

    /** The key in PEM form. It must not leave the process. */
    String keyPem() {
        return Pem.of(key);
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
            return Optional.of(InetAddress.getLocalHost().getHostName()).filter(HostName::isName);
        } catch (IOException e) {
            // A machine that does not know its own name is not called by it.
            return Optional.empty();
        }
    }
}
