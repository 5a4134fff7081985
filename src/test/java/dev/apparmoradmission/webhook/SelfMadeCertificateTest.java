package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelfMadeCertificateTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final int DNS = 2;
    private static final int IP = 7;

    @Test
    void the_serving_certificate_is_trusted_by_whoever_trusts_the_authority() throws Exception {
        SelfMadeCertificate made = SelfMadeCertificate.make(List.of(), NOW);

        validate(made, NOW);
    }

    @Test
    void a_validity_that_ends_after_2049_is_written_so_that_it_can_be_read() throws Exception {
        Instant late = Instant.parse("2049-06-01T00:00:00Z");
        SelfMadeCertificate made = SelfMadeCertificate.make(List.of(), late);

        validate(made, late);
        assertThat(made.serving().getNotAfter().toInstant()).isEqualTo(Instant.parse("2050-06-01T00:00:00Z"));
    }

    @Test
    void two_authorities_do_not_vouch_for_each_others_certificates() {
        SelfMadeCertificate one = SelfMadeCertificate.make(List.of(), NOW);
        SelfMadeCertificate other = SelfMadeCertificate.make(List.of(), NOW);

        assertThat(one.authority().getSubjectX500Principal())
                .isNotEqualTo(other.authority().getSubjectX500Principal());
        assertThatThrownBy(() -> one.serving().verify(other.authority().getPublicKey()))
                .isInstanceOf(java.security.SignatureException.class);
    }

    @Test
    void only_the_authority_may_sign_and_only_the_other_may_serve() throws Exception {
        SelfMadeCertificate made = SelfMadeCertificate.make(List.of(), NOW);

        assertThat(made.authority().getBasicConstraints()).isZero();
        assertThat(made.authority().getKeyUsage()[5]).as("keyCertSign").isTrue();
        assertThat(made.authority().getKeyUsage()[0]).as("digitalSignature").isFalse();
        assertThat(made.serving().getBasicConstraints()).as("no CA").isEqualTo(-1);
        assertThat(made.serving().getKeyUsage()[0]).as("digitalSignature").isTrue();
        assertThat(made.serving().getKeyUsage()[5]).as("keyCertSign").isFalse();
        assertThat(made.serving().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(made.authority().getPublicKey().getAlgorithm()).isEqualTo("EC");
    }

    @Test
    void it_names_this_machine_and_what_is_asked_for() throws Exception {
        SelfMadeCertificate made = SelfMadeCertificate.make(
                List.of("webhook.system.svc", "*.example.org", "192.0.2.7", "2001:db8::1"), NOW);

        assertThat(names(made, DNS)).contains("localhost", "webhook.system.svc", "*.example.org");
        assertThat(names(made, IP)).contains("127.0.0.1", "0:0:0:0:0:0:0:1", "192.0.2.7", "2001:db8:0:0:0:0:0:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "-a", "a..b", "a\nb", "1.2.3.400", "http://x", "ä.example"})
    void a_host_that_is_none_is_refused_by_name(String host) {
        assertThatThrownBy(() -> SelfMadeCertificate.make(List.of(host), NOW))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not a DNS name or an IP address")
                .hasMessageNotContaining("\n");
    }

    @Test
    void the_pem_forms_hold_the_same_certificate_and_its_key() throws Exception {
        SelfMadeCertificate made = SelfMadeCertificate.make(List.of(), NOW);

        var parsed = CertificateFactory.getInstance("X.509")
                .generateCertificate(new java.io.ByteArrayInputStream(
                        made.authorityPem().getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        assertThat(parsed).isEqualTo(made.authority());
        assertThat(made.keyPem()).startsWith("-----BEGIN PRIVATE KEY-----\n").endsWith("-----END PRIVATE KEY-----\n");

        Signature signature = Signature.getInstance("SHA256withECDSA");
        KeyStore store =
                ServedCertificate.of(made.pair(), java.util.Optional.empty()).getKeyStore();
        signature.initSign((java.security.PrivateKey) store.getKey("admission", new char[0]));
        signature.update(new byte[] {1});
        byte[] signed = signature.sign();
        signature.initVerify(made.serving());
        signature.update(new byte[] {1});
        assertThat(signature.verify(signed)).isTrue();
    }

    private static void validate(SelfMadeCertificate made, Instant at) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(made.authority(), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509").generateCertPath(List.of(made.serving())), parameters);
    }

    private static List<String> names(SelfMadeCertificate made, int kind) throws Exception {
        return made.serving().getSubjectAlternativeNames().stream()
                .filter(name -> name.get(0).equals(kind))
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }
}
