package dev.apparmoradmission.cluster.tls;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The form of {@link TlsMaterial} as the data of a Secret, which anybody may have edited. {@code tls.crt}, {@code tls.key} and
 * {@code ca.crt} are what other tools expect under these names (Kubernetes' type {@code kubernetes.io/tls}, and cert-manager).
 */
final class TlsSecret {

    private static final String CHAIN = "tls.crt";
    private static final String KEY = "tls.key";
    private static final String TRUSTED = "ca.crt";
    private static final String SIGNER_KEY = "ca.key";
    private static final String NEXT_KEY = "next-ca.key";
    private static final String EARLIER = "earlier.crt";

    private final Map<String, String> data;
    private final List<String> faults = new ArrayList<>();

    private TlsSecret(Map<String, String> data) {
        this.data = data;
    }

    /** Reads what can be read; the rest is among the faults. Never the text of a key is in those. */
    static TlsMaterial read(Map<String, String> data) {
        return new TlsSecret(data).read();
    }

    /** The data of a Secret, in base64. */
    static Map<String, String> write(TlsMaterial material) {
        Map<String, String> data = new LinkedHashMap<>();
        put(data, TRUSTED, material.bundle());
        material.signer().ifPresent(signer -> put(data, SIGNER_KEY, Pem.of(signer.key())));
        material.next().ifPresent(next -> put(data, NEXT_KEY, Pem.of(next.key())));
        material.serving().ifPresent(pair -> {
            put(data, CHAIN, Pem.of(pair.chain()));
            put(data, KEY, Pem.of(pair.key()));
        });
        if (!material.earlier().isEmpty()) {
            put(data, EARLIER, Pem.of(material.earlier()));
        }
        return data;
    }

    private static void put(Map<String, String> data, String name, String text) {
        data.put(name, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private TlsMaterial read() {
        List<X509Certificate> trusted = certificates(TRUSTED);
        List<X509Certificate> chain = certificates(CHAIN);
        Optional<PrivateKey> key = key(KEY);
        List<X509Certificate> earlier = new ArrayList<>();
        Optional<ServingPair> serving = Optional.empty();
        if (!chain.isEmpty()
                && key.filter(known -> ServingPair.fits(chain.get(0), known)).isPresent()) {
            serving = key.map(known -> new ServingPair(chain, known));
        } else {
            // Some replica may have read it while its key was still there.
            chain.stream().limit(1).forEach(earlier::add);
            if (!chain.isEmpty() && key.isPresent()) {
                faults.add(KEY + " does not belong to " + CHAIN);
            }
        }
        if (data.containsKey(EARLIER)) {
            earlier.addAll(certificates(EARLIER));
        }
        Optional<Authority> signer = authority(SIGNER_KEY, trusted);
        Optional<Authority> next = authority(NEXT_KEY, trusted);
        if (trusted.stream().anyMatch(certificate -> !Authority.isAuthority(certificate))) {
            faults.add(TRUSTED + " holds a certificate that is none of a CA");
        }
        return new TlsMaterial(trusted, signer, next, serving, earlier, faults);
    }

    private Optional<Authority> authority(String name, List<X509Certificate> trusted) {
        if (!data.containsKey(name)) {
            return Optional.empty();
        }
        Optional<PrivateKey> key = key(name);
        Optional<Authority> authority = key.flatMap(known -> trusted.stream()
                .filter(certificate -> ServingPair.fits(certificate, known))
                .findFirst()
                .map(certificate -> new Authority(certificate, known)));
        if (key.isPresent() && authority.isEmpty()) {
            faults.add(name + " belongs to no certificate of " + TRUSTED);
        }
        return authority;
    }

    private List<X509Certificate> certificates(String name) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return List.of();
        }
        Pem.Certificates read = Pem.certificates(text.get());
        read.fault().ifPresent(fault -> faults.add(name + " " + fault));
        return read.certificates();
    }

    private Optional<PrivateKey> key(String name) {
        return read(name, Pem::key, " holds no private key that can be read");
    }

    private <T> Optional<T> read(String name, Function<String, Optional<T>> reader, String fault) {
        Optional<String> text = text(name);
        Optional<T> read = text.flatMap(reader);
        if (text.isPresent() && read.isEmpty()) {
            faults.add(name + fault);
        }
        return read;
    }

    private Optional<String> text(String name) {
        String encoded = data.get(name);
        if (encoded == null || encoded.isEmpty()) {
            faults.add(name + " is missing");
            return Optional.empty();
        }
        try {
            return Optional.of(new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            faults.add(name + " is not base64");
            return Optional.empty();
        }
    }
}
