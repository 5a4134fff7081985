package dev.apparmoradmission.cluster.tls;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes what a step of the plan asks for. */
final class TlsMint {

    private static final String NAME = "apparmor-admission CA";
    private static final int MOST_EARLIER = 6;

    private final TlsTerms terms;
    private final SecureRandom random;

    TlsMint(TlsTerms terms, SecureRandom random) {
        this.terms = terms;
        this.random = random;
    }

    /**
     * What the Secret is to hold after the step.
     *
     * @param stored what it holds
     * @param remembered what it held when it was last in order
     */
    TlsMaterial make(TlsStep.Kind kind, TlsMaterial stored, Optional<TlsMaterial> remembered, Instant now) {
        return switch (kind) {
            case BEGIN -> signed(authority(now), Optional.empty(), stored, now);
            case RESTORE -> remembered.orElseThrow();
            case RENEW -> signed(stored.signer().orElseThrow(), stored.next(), stored, now);
            case PROMOTE -> signed(stored.next().orElseThrow(), Optional.empty(), stored, now);
            case INTRODUCE -> trimmed(stored, stored.signer(), Optional.of(authority(now)), stored.serving(), now);
            case RETIRE, MEND -> trimmed(stored, stored.signer(), stored.next(), stored.serving(), now);
        };
    }

    private Authority authority(Instant now) {
        return Authority.make(NAME, now, terms.authorityValidity(), random);
    }

    private TlsMaterial signed(Authority signer, Optional<Authority> next, TlsMaterial stored, Instant now) {
        ServingPair pair = signer.issue(terms.hosts(), now, terms.validity(), random);
        return trimmed(stored, Optional.of(signer), next, Optional.of(pair), now);
    }

    /** With everything that somebody may still need, and nothing else. */
    private static TlsMaterial trimmed(
            TlsMaterial stored,
            Optional<Authority> signer,
            Optional<Authority> next,
            Optional<ServingPair> serving,
            Instant now) {
        Set<X509Certificate> trusted = new LinkedHashSet<>();
        signer.map(Authority::certificate).ifPresent(trusted::add);
        next.map(Authority::certificate).ifPresent(trusted::add);
        trusted.addAll(stored.trusted());
        // Newest first. A clock that goes to and fro must not make the bundle grow without end.
        List<X509Certificate> earlier = stored.leaves(now).stream()
                .filter(leaf -> serving.filter(pair -> pair.leaf().equals(leaf)).isEmpty())
                .limit(MOST_EARLIER)
                .toList();
        TlsMaterial all = new TlsMaterial(List.copyOf(trusted), signer, next, serving, earlier, List.of());
        Set<X509Certificate> needed = all.needed(now);
        return new TlsMaterial(
                trusted.stream().filter(needed::contains).toList(),
                signer,
                next,
                serving,
                earlier.stream()
                        .filter(leaf -> needed.stream().anyMatch(authority -> Authority.hasSigned(authority, leaf)))
                        .toList(),
                List.of());
    }
}
