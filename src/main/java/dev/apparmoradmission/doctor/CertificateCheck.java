package dev.apparmoradmission.doctor;

import dev.apparmoradmission.cluster.tls.HostName;
import dev.apparmoradmission.cluster.tls.Pem;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the API server will trust what the webhook serves: each {@code caBundle}, and the certificate in the Secret where that may be
 * read. (Where not, {@link ReachabilityCheck} shows it in effect, though not for how long.)
 */
final class CertificateCheck implements Check {

    private static final String INJECT = "/metadata/annotations/cert-manager.io~1inject-ca-from";

    /** Who renews does it at two thirds of the life; below a fifth nobody did. */
    private static final int PART_LEFT = 5;

    private static final Duration SOON = Duration.ofDays(30);

    /** A CA by which somebody signed. */
    private record Bundle(Hook hook, Pem.Certificates content) {}

    @Override
    public Area area() {
        return Area.CERTIFICATE;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        List<Bundle> bundles = facts.ownHooks().stream()
                .filter(hook -> !hook.isOutside())
                .map(hook -> new Bundle(hook, content(hook)))
                .toList();
        for (Bundle bundle : bundles) {
            judge(facts, bundle, sheet);
        }
        long kinds = bundles.stream()
                .map(bundle -> bundle.hook().webhook().text("/clientConfig/caBundle"))
                .filter(text -> !text.isEmpty())
                .distinct()
                .count();
        if (kinds > 1) {
            sheet.warning(
                    "ca-differs",
                    "caBundle of " + Words.count(bundles.size(), "webhook"),
                    "is not the same everywhere, although one certificate is served: somebody changed one by hand",
                    mend(facts, bundles.get(0).hook()));
        }
        served(facts, bundles, sheet);
    }

    private static Pem.Certificates content(Hook hook) {
        String base64 = hook.webhook().text("/clientConfig/caBundle");
        try {
            return Pem.certificates(new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return new Pem.Certificates(List.of(), Optional.of("is not base64"));
        }
    }

    private static void judge(Facts facts, Bundle bundle, Sheet.Column sheet) {
        Hook hook = bundle.hook();
        String subject = hook.subject();
        String fix = mend(facts, hook);
        if (hook.webhook().text("/clientConfig/caBundle").isEmpty()) {
            sheet.error(
                    "ca-empty",
                    subject,
                    "caBundle is empty: the API server trusts no certificate of the webhook's and " + consequence(hook),
                    fix);
            return;
        }
        if (bundle.content().fault().isPresent()) {
            sheet.error(
                    "ca-unreadable",
                    subject,
                    "caBundle " + bundle.content().fault().get() + ": the API server cannot verify the webhook and "
                            + consequence(hook),
                    fix);
            return;
        }
        List<X509Certificate> valid = bundle.content().certificates().stream()
                .filter(ca -> ca.getNotAfter().toInstant().isAfter(facts.now()))
                .toList();
        if (valid.isEmpty()) {
            sheet.error(
                    "ca-expired",
                    subject,
                    "each CA in caBundle has expired, the last one on "
                            + last(bundle.content().certificates()) + ": the API server " + consequence(hook),
                    fix);
        } else if (valid.stream().allMatch(ca -> isNearItsEnd(ca, facts.now()))) {
            sheet.warning("ca-expires", subject, "no CA in caBundle holds longer than " + last(valid), fix);
        }
    }

    private static Instant last(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
    }

    private static String consequence(Hook hook) {
        return hook.isFailing() ? "refuses " + hook.what() : "lets " + hook.what() + " pass unjudged";
    }

    private static boolean isNearItsEnd(X509Certificate certificate, Instant now) {
        Instant begin = certificate.getNotBefore().toInstant();
        Instant end = certificate.getNotAfter().toInstant();
        Duration left = Duration.between(now, end);
        return left.compareTo(SOON) < 0 && left.multipliedBy(PART_LEFT).compareTo(Duration.between(begin, end)) < 0;
    }

    /** What the one who looks after the CA has to be told. */
    private static String mend(Facts facts, Hook hook) {
        Setup setup = facts.setup();
        if (setup.isSelfManaged()) {
            // It is put right within seconds by whoever leads; if not, the leader says why.
            return Fix.kubectl(
                    facts.namespace(),
                    "rollout restart deployment/" + Shipped.NAME + " && "
                            + Fix.kubectl(
                                    facts.namespace(), "logs deployment/" + Shipped.NAME + " | grep -i caBundle"));
        }
        Source source = hook.isMutating() ? Source.MUTATING : Source.VALIDATING;
        boolean injected = facts.object(source, hook.configuration())
                .filter(configuration -> configuration.has(INJECT))
                .isPresent();
        String kind = hook.kind().toLowerCase(Locale.ROOT);
        if (injected) {
            return "kubectl -n cert-manager rollout restart deployment/cert-manager-cainjector";
        }
        return "kubectl patch " + kind + " " + hook.configuration()
                + " --type=json -p '[{\"op\":\"add\",\"path\":\"/webhooks/"
                + hook.index() + "/clientConfig/caBundle\",\"value\":\"'\"$(kubectl -n " + facts.namespace()
                + " get secret " + setup.secret().orElse("SECRET") + " -o jsonpath='{.data.ca\\.crt}')\"'\"}]'";
    }

    private static void served(Facts facts, List<Bundle> bundles, Sheet.Column sheet) {
        Optional<String> name = facts.setup().secret();
        if (name.isEmpty()) {
            if (!facts.isRead(Source.DEPLOYMENTS)) {
                sheet.unchecked(Source.SECRET.tells(), "without the Deployment it is not known which Secret holds it");
            } else if (facts.setup().deployment().isPresent()) {
                sheet.unchecked(
                        Source.SECRET.tells(),
                        "the Deployment mounts no Secret for it, and is not self-managed either");
            }
            return;
        }
        if (!facts.isRead(Source.SECRET)) {
            return;
        }
        String subject = "Secret " + name.get();
        String fix = renew(facts, name.get());
        Optional<ApiObject> secret = facts.object(Source.SECRET, name.get());
        if (secret.isEmpty()) {
            sheet.error(
                    "certificate-missing",
                    subject,
                    "is not there: a replica that starts has no certificate to serve",
                    fix);
            return;
        }
        Pem.Certificates chain = chain(secret.get());
        if (chain.certificates().isEmpty()) {
            sheet.error(
                    "certificate-unreadable",
                    subject,
                    "tls.crt " + chain.fault().orElse("is empty"),
                    fix);
            return;
        }
        X509Certificate leaf = chain.certificates().get(0);
        Instant end = leaf.getNotAfter().toInstant();
        if (!end.isAfter(facts.now())) {
            sheet.error("certificate-expired", subject, "the certificate expired on " + end, fix);
        } else if (isNearItsEnd(leaf, facts.now())) {
            sheet.warning(
                    "certificate-expires",
                    subject,
                    "the certificate expires on " + end + ", and nobody renewed it",
                    fix);
        }
        names(facts, leaf, subject, fix, sheet);
        for (Bundle bundle : bundles) {
            List<X509Certificate> anchors = bundle.content().certificates();
            // Of a CA that has expired enough was said.
            if (anchors.stream().anyMatch(ca -> ca.getNotAfter().toInstant().isAfter(facts.now()))
                    && bundle.content().fault().isEmpty()) {
                signedBy(facts, chain.certificates(), bundle, subject, sheet);
            }
        }
    }

    private static Pem.Certificates chain(ApiObject secret) {
        try {
            return Pem.certificates(
                    new String(Base64.getDecoder().decode(secret.text("/data/tls.crt")), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return new Pem.Certificates(List.of(), Optional.of("is not base64"));
        }
    }

    private static void names(Facts facts, X509Certificate leaf, String subject, String fix, Sheet.Column sheet) {
        Set<String> called = Set.of(Shipped.NAME + "." + facts.namespace() + ".svc");
        List<String> missing = HostName.missing(called, leaf);
        if (!missing.isEmpty()) {
            sheet.error(
                    "certificate-for-another",
                    subject,
                    "the certificate is not for " + Words.list(missing) + ", by which the API server calls the webhook",
                    fix);
        }
    }

    /** As the API server does it: a path to one of the CAs, at this time. Whether the leaf is a CA itself makes no difference. */
    private static void signedBy(
            Facts facts, List<X509Certificate> chain, Bundle bundle, String subject, Sheet.Column sheet) {
        List<X509Certificate> anchors = bundle.content().certificates();
        if (anchors.contains(chain.get(0))) {
            return;
        }
        try {
            Set<TrustAnchor> trusted = new HashSet<>();
            anchors.forEach(anchor -> trusted.add(new TrustAnchor(anchor, null)));
            PKIXParameters parameters = new PKIXParameters(trusted);
            parameters.setRevocationEnabled(false);
            // Expiry is told by itself; here it is asked who signed.
            Instant moment = chain.get(0).getNotAfter().toInstant().isAfter(facts.now())
                    ? facts.now()
                    : chain.get(0).getNotAfter().toInstant().minusSeconds(1);
            parameters.setDate(Date.from(moment));
            List<X509Certificate> path =
                    chain.stream().filter(one -> !anchors.contains(one)).toList();
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
        } catch (InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("there are anchors", e);
        } catch (GeneralSecurityException notSigned) {
            sheet.error(
                    "ca-of-another",
                    bundle.hook().subject(),
                    "no CA in caBundle signed the certificate of " + subject + ": the API server "
                            + consequence(bundle.hook()),
                    mend(facts, bundle.hook()));
        }
    }

    private static String renew(Facts facts, String secret) {
        if (facts.setup().isSelfManaged()) {
            return Fix.kubectl(facts.namespace(), "rollout restart deployment/" + Shipped.NAME);
        }
        // cert-manager makes the Secret again, and the certificate with it.
        return Fix.kubectl(facts.namespace(), "delete secret " + secret + " --ignore-not-found")
                + "   # cert-manager makes it again; otherwise put your own there";
    }
}
