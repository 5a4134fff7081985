package dev.apparmoradmission.e2e.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What an API server shows to webhooks that ask for a certificate: one that it signed itself, and how it is told to
 * ({@code WebhookAdmissionConfiguration}). To webhooks that do not ask nothing changes.
 *
 * @param certificate in PEM form; its own authority
 * @param key in PEM form, PKCS#8
 */
record CallerIdentity(String certificate, String key) {
    /** The common name in it. */
    static final String NAME = "e2e-kube-apiserver";

    private static final String PASSWORD = "changeit";
    private static final long BOUND_SECONDS = 60;

    /** Makes one, valid for a day. */
    static CallerIdentity make() throws IOException {
        Path directory = Files.createTempDirectory(
                "apparmor-e2e-caller",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path store = directory.resolve("store.p12");
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "caller",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            PASSWORD,
                            "-dname",
                            "CN=" + NAME,
                            "-validity",
                            "1")
                    .redirectErrorStream(true)
                    .start();
            keytool.getOutputStream().close();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(BOUND_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("no certificate for the API server: " + said);
            }
            KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
            return new CallerIdentity(
                    pem("CERTIFICATE", keys.getCertificate("caller").getEncoded()),
                    pem(
                            "PRIVATE KEY",
                            keys.getKey("caller", PASSWORD.toCharArray()).getEncoded()));
        } catch (GeneralSecurityException failure) {
            throw new IOException("no certificate for the API server", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        } finally {
            Directories.remove(directory);
        }
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /** For {@code --admission-control-config-file}. */
    static String admissionConfiguration(String kubeconfig) {
        StringBuilder text =
                new StringBuilder("apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n");
        for (String plugin : List.of("MutatingAdmissionWebhook", "ValidatingAdmissionWebhook")) {
            text.append("""
                    - name: %s
                      configuration:
                        apiVersion: apiserver.config.k8s.io/v1
                        kind: WebhookAdmissionConfiguration
                        kubeConfigFile: %s
                    """.formatted(plugin, kubeconfig));
        }
        return text.toString();
    }

    /** What that names: this identity for every webhook. */
    String kubeconfig() {
        return """
                apiVersion: v1
                kind: Config
                users:
                - name: '*'
                  user: {client-certificate-data: %s, client-key-data: %s}
                """.formatted(base64(certificate), base64(key));
    }
}
