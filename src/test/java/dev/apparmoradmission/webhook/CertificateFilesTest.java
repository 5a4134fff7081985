package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configured certificate that is broken is told of, with the file and what is wrong with it. */
class CertificateFilesTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    private final SelfMadeCertificate made = SelfMadeCertificate.make(List.of(), NOW);

    @TempDir
    Path directory;

    private Path certificate = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void write() throws IOException {
        certificate = Files.writeString(directory.resolve("tls.crt"), made.servingPem() + made.authorityPem());
        key = Files.writeString(directory.resolve("tls.key"), made.keyPem());
    }

    private String fault(Instant now) {
        return new CertificateFiles(certificate, key).fault(now).orElse("");
    }

    @Test
    void what_is_in_order_is_not_told_of() {
        assertThat(fault(NOW)).isEmpty();
    }

    @Test
    void a_key_of_another_certificate() throws IOException {
        Files.writeString(key, SelfMadeCertificate.make(List.of(), NOW).keyPem());

        assertThat(fault(NOW)).contains("the key does not belong to the serving certificate", key.toString());
    }

    @Test
    void garbage_in_place_of_either() throws IOException {
        Files.writeString(key, "garbage");
        assertThat(fault(NOW)).contains(key + " holds no private key that can be read");
        Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThat(fault(NOW)).contains(certificate + " holds a certificate that cannot be read");
        Files.writeString(certificate, "");
        assertThat(fault(NOW)).contains(certificate + " holds no certificate in PEM form");
    }

    @Test
    void a_certificate_that_expired_or_is_not_valid_yet() {
        assertThat(fault(NOW.plus(Duration.ofDays(366)))).contains("expired at 2027-11-22T19:00:00Z");
        assertThat(fault(NOW.minus(Duration.ofDays(1)))).contains("is not valid before 2026-11-22T18:00:00Z");
    }

    @Test
    void a_file_that_is_gone_or_has_no_end() throws IOException {
        Files.write(key, new byte[2 * 1024 * 1024]);
        assertThat(fault(NOW)).contains("is longer than 1048576 bytes");
        Files.delete(certificate);
        assertThat(fault(NOW)).contains("cannot be read: " + certificate);
    }
}
