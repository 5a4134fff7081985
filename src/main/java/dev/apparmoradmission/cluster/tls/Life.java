package dev.apparmoradmission.cluster.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** When certificates are valid, and when it is time for the next one. */
final class Life {

    private Life() {}

    static Instant begin(X509Certificate certificate) {
        return certificate.getNotBefore().toInstant();
    }

    /** The first instant at which it is not valid any more. */
    static Instant end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }

    static boolean isWithin(X509Certificate certificate, Instant now) {
        return !now.isBefore(begin(certificate)) && now.isBefore(end(certificate));
    }

    /** When two thirds are over, so that a third is left for whatever goes wrong. */
    static Instant due(X509Certificate certificate) {
        Duration whole = Duration.between(begin(certificate), end(certificate));
        return begin(certificate).plus(whole.multipliedBy(2).dividedBy(3));
    }
}
