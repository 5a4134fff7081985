package dev.apparmoradmission.cluster.tls;

import java.time.Duration;
import java.util.List;

/**
 * What certificates are wanted.
 *
 * @param hosts DNS names and IP addresses under which the webhook is called
 * @param validity how long a serving certificate is valid
 * @param authorityValidity how long an authority is valid; at least twice as long
 * @param overlap how long an authority is trusted before a certificate of it is served; at most a quarter of that
 */
public record TlsTerms(List<String> hosts, Duration validity, Duration authorityValidity, Duration overlap) {

    /** Copies the list and checks the rest. */
    public TlsTerms {
        hosts = List.copyOf(hosts);
        hosts.forEach(HostName::check);
        if (validity.compareTo(Duration.ofSeconds(1)) < 0
                || authorityValidity.compareTo(validity.multipliedBy(2)) < 0
                || overlap.isNegative()
                || overlap.multipliedBy(4).compareTo(authorityValidity) > 0) {
            throw new IllegalArgumentException("durations that leave no time for a rotation");
        }
    }
}
