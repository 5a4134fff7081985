package dev.apparmoradmission.agent;

import dev.apparmoradmission.cluster.InputFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The token and the certificate authority, in files that change under a running pod: the kubelet renews a bound token before
 * it expires. Both are read each time they are needed. No message tells anything of the token but the name of its file.
 */
final class Credentials {

    private static final int LONGEST_TOKEN = 64 * 1024;
    private static final int LONGEST_AUTHORITY = 4 * 1024 * 1024;

    private final Path tokenFile;
    private final Path authorityFile;

    Credentials(Path tokenFile, Path authorityFile) {
        this.tokenFile = tokenFile;
        this.authorityFile = authorityFile;
    }

    /** The file with the token, for messages. */
    Path tokenFile() {
        return tokenFile;
    }

    /**
     * The token as it is now.
     *
     * @throws AgentFailure where there is none that could be sent
     */
    String token() throws AgentFailure {
        String token = new String(read(tokenFile, LONGEST_TOKEN), StandardCharsets.ISO_8859_1).strip();
        if (token.isEmpty()) {
            throw new AgentFailure(tokenFile + ": is empty; a service-account token is needed there");
        }
        // Also because the HTTP client would quote the whole of a header that it cannot send.
        if (!token.chars().allMatch(Credentials::isOfAToken)) {
            throw new AgentFailure(tokenFile + ": holds characters that no token has; is it another file?");
        }
        return token;
    }

    /** RFC 6750, the characters of {@code b64token}. */
    private static boolean isOfAToken(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-._~+/=".indexOf(c) >= 0;
    }

    /** The certificates that vouch for the API server, as they are now. */
    String authority() throws AgentFailure {
        return new String(read(authorityFile, LONGEST_AUTHORITY), StandardCharsets.ISO_8859_1);
    }

    /** Trusts these certificates and no others. */
    SSLContext trusting(String pem) throws AgentFailure {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.ISO_8859_1)))) {
                store.setCertificateEntry("ca-" + count++, certificate);
            }
            if (count == 0) {
                throw new AgentFailure(authorityFile + ": holds no certificate");
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AgentFailure(authorityFile + ": is no list of PEM certificates: " + e.getMessage());
        }
    }

    private static byte[] read(Path file, int limit) throws AgentFailure {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] content = stream.readNBytes(limit + 1);
            if (content.length > limit) {
                Arrays.fill(content, (byte) 0);
                throw new AgentFailure(file + ": more than " + limit + " bytes; is it another file?");
            }
            return content;
        } catch (IOException e) {
            throw new AgentFailure(file + ": " + InputFile.describe(e));
        }
    }

    /** The node that the token is bound to, where it tells one. */
    Optional<Identity> identity() throws AgentFailure {
        return Identity.ofToken(token());
    }
}
