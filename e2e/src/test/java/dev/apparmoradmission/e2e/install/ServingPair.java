package dev.apparmoradmission.e2e.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for the webhook's Service, which is its own CA, and its key.
 *
 * @param certificate PEM
 * @param key PEM, PKCS#8
 */
record ServingPair(String certificate, String key) {
    private static final String PASSWORD = "changeit";

    /** Makes one for that DNS name, valid for a day. */
    static ServingPair make(String host, Path directory) throws IOException {
        Path store = directory.resolve("store.p12");
        Commands.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "webhook",
                "-keyalg",
                "RSA",
                "-keysize",
                "2048",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD,
                "-dname",
                "CN=" + host,
                "-ext",
                "san=dns:" + host,
                "-validity",
                "1"));
        try {
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            return new ServingPair(
                    pem("CERTIFICATE", keys.getCertificate("webhook").getEncoded()),
                    pem(
                            "PRIVATE KEY",
                            keys.getKey("webhook", PASSWORD.toCharArray()).getEncoded()));
        } catch (GeneralSecurityException failure) {
            throw new IOException("the pair cannot be read back", failure);
        } finally {
            Files.delete(store);
        }
    }

    private static String pem(String what, byte[] der) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    /** What goes into the {@code caBundle} of a webhook configuration. */
    String bundle() {
        return Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.UTF_8));
    }
}
