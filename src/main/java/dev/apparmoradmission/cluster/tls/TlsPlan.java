package dev.apparmoradmission.cluster.tls;

import dev.apparmoradmission.cluster.tls.TlsStep.Kind;
import dev.apparmoradmission.cluster.tls.TlsStep.Rest;
import dev.apparmoradmission.cluster.tls.TlsStep.Write;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What to do next about the shared certificates. Each step leaves everything in order, so that whoever does the next one needs to
 * know nothing of whoever did the last, and each step may be the last for a while.
 *
 * <p>An authority is replaced in three: the next one is trusted beside it; once that has been so for the overlap, it signs; the
 * old one is dropped when the last certificate that it signed has expired, for until then a replica that was cut off may serve it.
 */
final class TlsPlan {

    /** A renewal that gains less than this part of a validity is none: an authority near its end would sign again and again. */
    private static final int LEAST_GAIN = 10;

    /** So much of a validity is left for a successor that had to come too early. */
    private static final int LAST_PART = 10;

    private TlsPlan() {}

    /**
     * Plans.
     *
     * @param stored what the Secret holds; empty if there is none
     * @param remembered what it held when it was last in order, as far as this replica knows
     * @param trustedFor how long both webhook configurations have held exactly the trusted authorities; empty if they do not
     */
    static TlsStep next(
            Optional<TlsMaterial> stored,
            Optional<TlsMaterial> remembered,
            Optional<Duration> trustedFor,
            Instant now,
            TlsTerms terms) {
        TlsMaterial material = stored.orElse(TlsMaterial.NONE);
        Optional<String> fault = material.fault(now);
        if (fault.isPresent()) {
            String reason = stored.isPresent() ? fault.get() : "there is no Secret";
            boolean inOrderBefore = remembered
                    .filter(last -> last.isServable(now))
                    .filter(last -> last.missing(terms.hosts()).isEmpty())
                    .isPresent();
            return inOrderBefore ? new Write(Kind.RESTORE, reason) : anew(material, reason, now);
        }
        boolean signs = isUsable(material.signer(), now);
        List<String> missing = material.missing(terms.hosts());
        if (!missing.isEmpty() && signs) {
            return new Write(Kind.RENEW, "the serving certificate is not for " + String.join(", ", missing));
        }
        boolean waits = isUsable(material.next(), now);
        if (waits && trustedFor.isPresent()) {
            if (trustedFor.get().compareTo(terms.overlap()) >= 0) {
                return new Write(Kind.PROMOTE, "it has been trusted for " + terms.overlap());
            }
            if (!signs && !now.isBefore(lastCall(material, terms))) {
                return new Write(
                        Kind.PROMOTE, "nobody else can sign what follows a certificate that is about to expire");
            }
        }
        if (!waits && (!signs || !now.isBefore(due(material.signer())))) {
            return new Write(
                    Kind.INTRODUCE,
                    signs ? "two thirds of the present one's life are over" : "the present one cannot sign");
        }
        X509Certificate leaf = material.serving().orElseThrow().leaf();
        if (signs && !now.isBefore(Life.due(leaf)) && isWorthwhile(material, leaf, now, terms)) {
            return new Write(Kind.RENEW, "two thirds of the life of the last one are over");
        }
        if (material.needed(now).size() < material.trusted().size()) {
            return new Write(Kind.RETIRE, "the last one is out of use");
        }
        if (!material.faults().isEmpty()) {
            return new Write(Kind.MEND, String.join("; ", material.faults()));
        }
        return new Rest(until(material, waits, trustedFor, now, terms));
    }

    private static Write anew(TlsMaterial material, String reason, Instant now) {
        if (isUsable(material.signer(), now)) {
            return new Write(Kind.RENEW, reason);
        }
        return new Write(isUsable(material.next(), now) ? Kind.PROMOTE : Kind.BEGIN, reason);
    }

    /**
     * Until when a new authority may wait where no other can sign: a certificate by one that not every API server may have heard
     * of is better than one that has expired for all.
     */
    private static Instant lastCall(TlsMaterial material, TlsTerms terms) {
        Duration part = terms.validity().dividedBy(LAST_PART);
        return Life.end(material.serving().orElseThrow().leaf())
                .minus(part.compareTo(terms.overlap()) < 0 ? part : terms.overlap());
    }

    private static boolean isUsable(Optional<Authority> authority, Instant now) {
        return authority.filter(known -> known.isUsable(now)).isPresent();
    }

    private static Instant due(Optional<Authority> authority) {
        return authority.map(known -> Life.due(known.certificate())).orElse(Instant.MIN);
    }

    private static boolean isWorthwhile(TlsMaterial material, X509Certificate leaf, Instant now, TlsTerms terms) {
        Instant end = now.plus(terms.validity());
        Instant ours = Life.end(material.signer().orElseThrow().certificate());
        Instant gained = end.isBefore(ours) ? end : ours;
        return gained.isAfter(Life.end(leaf).plus(terms.validity().dividedBy(LEAST_GAIN)));
    }

    private static Instant until(
            TlsMaterial material, boolean waits, Optional<Duration> trustedFor, Instant now, TlsTerms terms) {
        X509Certificate leaf = material.serving().orElseThrow().leaf();
        Stream<Instant> changes = Stream.of(Life.due(leaf), Life.end(leaf), due(material.signer()));
        Stream<Instant> expiries = material.leaves(now).stream().map(Life::end);
        Stream<Instant> promotion = waits
                ? trustedFor.stream()
                        .flatMap(time -> Stream.of(now.plus(terms.overlap().minus(time)), lastCall(material, terms)))
                : Stream.empty();
        return Stream.of(changes, expiries, promotion)
                .flatMap(instants -> instants)
                .filter(now::isBefore)
                .min(Comparator.naturalOrder())
                .orElse(now.plus(terms.validity()));
    }
}
