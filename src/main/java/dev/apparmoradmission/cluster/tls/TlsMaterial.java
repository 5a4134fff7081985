package dev.apparmoradmission.cluster.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Everything that replicas share.
 *
 * @param trusted the authorities that callers are to trust, the one that signs first
 * @param signer the authority that signs; its certificate is among the trusted
 * @param next the authority that will sign once it has been trusted for long enough; its certificate is among the trusted
 * @param serving what replicas serve
 * @param earlier serving certificates of before: a replica that was cut off may serve one for as long as it is valid
 * @param faults what could not be read
 */
record TlsMaterial(
        List<X509Certificate> trusted,
        Optional<Authority> signer,
        Optional<Authority> next,
        Optional<ServingPair> serving,
        List<X509Certificate> earlier,
        List<String> faults) {

    TlsMaterial {
        trusted = List.copyOf(trusted);
        earlier = List.copyOf(earlier);
        faults = List.copyOf(faults);
    }

    /** What has not been made yet. */
    static final TlsMaterial NONE =
            new TlsMaterial(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), List.of());

    /** Why callers would not trust what replicas serve; empty where they do. */
    Optional<String> fault(Instant now) {
        if (serving.isEmpty()) {
            return Optional.of("there is no serving certificate with its key");
        }
        ServingPair pair = serving.get();
        if (Authority.isAuthority(pair.leaf())) {
            return Optional.of("the serving certificate is one of a CA");
        }
        return pair.fault(now)
                .or(() -> isTrusted(pair.leaf(), now)
                        ? Optional.empty()
                        : Optional.of("the serving certificate is signed by none of the trusted authorities"));
    }

    /** Whether callers trust what replicas serve. */
    boolean isServable(Instant now) {
        return fault(now).isEmpty();
    }

    /** Which of the names that are wanted the serving certificate lacks. */
    List<String> missing(List<String> hosts) {
        return serving.map(pair -> HostName.missing(hosts, pair.leaf())).orElse(List.of());
    }

    /** What callers are given to trust, in PEM form. */
    String bundle() {
        return Pem.of(trusted);
    }

    private boolean isTrusted(X509Certificate leaf, Instant now) {
        return trusted.stream()
                .anyMatch(authority -> Authority.isAuthority(authority)
                        && Life.isWithin(authority, now)
                        && Authority.hasSigned(authority, leaf));
    }

    /** Every serving certificate that a replica may still serve, the present one included. */
    List<X509Certificate> leaves(Instant now) {
        return Stream.concat(serving.stream().map(ServingPair::leaf), earlier.stream())
                .filter(leaf -> now.isBefore(Life.end(leaf)))
                .distinct()
                .toList();
    }

    /** The trusted authorities that are of use to somebody. */
    Set<X509Certificate> needed(Instant now) {
        Set<X509Certificate> needed = new LinkedHashSet<>();
        signer.map(Authority::certificate).ifPresent(needed::add);
        next.map(Authority::certificate).ifPresent(needed::add);
        List<X509Certificate> leaves = leaves(now);
        trusted.stream()
                .filter(authority -> now.isBefore(Life.end(authority)))
                .filter(authority -> leaves.stream().anyMatch(leaf -> Authority.hasSigned(authority, leaf)))
                .forEach(needed::add);
        return needed;
    }
}
