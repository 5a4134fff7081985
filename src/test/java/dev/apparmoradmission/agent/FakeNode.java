package dev.apparmoradmission.agent;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The files of a node with AppArmor, in a directory of a test. */
final class FakeNode implements AutoCloseable {

    static final String BOOT_ID = "0b9d7c0e-1111-2222-3333-444455556666";

    private final Path directory;
    private final RandomAccessFile pipe;
    private int revision;

    /** The revision is a pipe, in which a read blocks as in the kernel's file. */
    FakeNode(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        Files.createDirectories(securityfs().resolve("apparmor"));
        Files.createDirectories(parameters());
        Files.writeString(parameters().resolve("enabled"), "Y\n");
        Files.writeString(bootId(), BOOT_ID + "\n");
        token("n1", "uid-1");
        Path revisions = securityfs().resolve("apparmor/revision");
        Process mkfifo =
                new ProcessBuilder("mkfifo", revisions.toString()).inheritIO().start();
        if (!mkfifo.waitFor(1, TimeUnit.MINUTES) || mkfifo.exitValue() != 0) {
            throw new IOException("mkfifo failed");
        }
        // Open in both directions: then no reader ever sees its end.
        this.pipe = new RandomAccessFile(revisions.toFile(), "rw");
        profiles("k8s-nginx (enforce)");
    }

    Path securityfs() {
        return directory.resolve("securityfs");
    }

    Path parameters() {
        return directory.resolve("parameters");
    }

    Path bootId() {
        return directory.resolve("boot_id");
    }

    Path tokenFile() {
        return directory.resolve("token");
    }

    Path list() {
        return securityfs().resolve("apparmor/profiles");
    }

    KernelFiles kernel() {
        return new KernelFiles(securityfs(), parameters(), false);
    }

    /** Puts these lines into the kernel's list, all at once, without announcing them. */
    void profiles(String... lines) throws IOException {
        Path fresh = directory.resolve("profiles.new");
        Files.writeString(fresh, lines.length == 0 ? "" : String.join("\n", lines) + "\n");
        Files.move(fresh, list(), StandardCopyOption.REPLACE_EXISTING);
    }

    /** As the kernel announces a change. */
    void announce() throws IOException {
        pipe.write((++revision + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    String token(String node, String uid) throws IOException {
        String token = tokenOf("{\"aud\":[\"x\"],\"kubernetes.io\":{\"namespace\":\"a\",\"node\":{\"name\":\"" + node
                + "\",\"uid\":\"" + uid + "\"},\"pod\":{\"name\":\"p\"}}}");
        Files.writeString(tokenFile(), token);
        return token;
    }

    static String tokenOf(String claims) {
        return String.join(".", List.of(part("{\"alg\":\"RS256\"}"), part(claims), part("secret signature")));
    }

    private static String part(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        pipe.close();
    }
}
