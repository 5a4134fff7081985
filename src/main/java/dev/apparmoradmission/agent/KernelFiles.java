package dev.apparmoradmission.agent;

import dev.apparmoradmission.cluster.InputFile;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what this node's kernel holds, from securityfs and the module's parameters, and tells apart a node without AppArmor
 * from one whose list cannot be read.
 *
 * <p>The list is open to euid 0 or group 0 outside any user namespace ({@code security/apparmor/apparmorfs.c},
 * {@code aa_may_open_profiles}); runtimes' default profiles deny it without a log line.
 */
final class KernelFiles {

    /** The kernel prints the list page by page, and lets loaders in between two pages. */
    private static final int READINGS = 5;

    private final Path enabled;
    private final Path apparmor;
    private final Path profiles;
    private final Optional<ContentHashes> hashes;

    private Optional<Seen> last = Optional.empty();

    /**
     * Reads below these directories.
     *
     * @param securityfs the kernel's {@code /sys/kernel/security}
     * @param parameters the kernel's {@code /sys/module/apparmor/parameters}
     * @param contentHashes whether hashes are wanted
     */
    KernelFiles(Path securityfs, Path parameters, boolean contentHashes) {
        this.enabled = parameters.resolve("enabled");
        this.apparmor = securityfs.resolve("apparmor");
        this.profiles = apparmor.resolve("profiles");
        this.hashes = contentHashes ? Optional.of(new ContentHashes(apparmor.resolve("policy"))) : Optional.empty();
    }

    /** The file by which the kernel announces changes. */
    Path revision() {
        return apparmor.resolve("revision");
    }

    private record Seen(String fingerprint, Observation observation) {}

    /**
     * Looks at the kernel. While nothing changes this costs one pass over the list and gives the same instance again.
     *
     * @param thoroughly whether something may have changed that the list does not show, as the content of profiles
     */
    Observation observe(boolean thoroughly) {
        Switch state = state();
        if (state == Switch.OFF) {
            return new Observation.Disabled();
        }
        try {
            for (int reading = 1; ; reading++) {
                String fingerprint = fingerprint();
                if (last.isPresent() && last.get().fingerprint().equals(fingerprint)) {
                    Observation observation = last.get().observation();
                    return thoroughly && hashes.isPresent() && observation instanceof Observation.Enabled enabled
                            ? remember(fingerprint, enabled.list())
                            : observation;
                }
                MessageDigest digest = digest();
                KernelList list;
                try (InputStream stream = open(digest)) {
                    list = KernelList.read(stream);
                }
                // Two equal readings: otherwise it may be half of one list and half of the next.
                String read = hex(digest);
                if (reading >= READINGS || read.equals(fingerprint)) {
                    return remember(read, list);
                }
            }
        } catch (NoSuchFileException e) {
            last = Optional.empty();
            return state == Switch.ABSENT && !Files.exists(apparmor)
                    ? new Observation.Disabled()
                    : new Observation.Untold(profiles
                            + " is not there though AppArmor is on: is securityfs mounted, and the directory passed to"
                            + " the agent?");
        } catch (IOException e) {
            last = Optional.empty();
            return new Observation.Untold(profiles + " " + InputFile.describe(e)
                    + (e instanceof AccessDeniedException
                            ? ": it takes group 0, the host's user namespace, and an AppArmor profile that allows it"
                            : ""));
        }
    }

    private Observation remember(String fingerprint, KernelList list) {
        Observation observation = list.isTooLong()
                ? new Observation.Untold("the list is " + list.size().bytes() + " bytes in "
                        + list.size().lines()
                        + " profiles, more than a ConfigMap can hold: unload profiles that nothing uses")
                : new Observation.Enabled(
                        list, hashes.map(source -> source.of(list.profiles())).orElse(Map.of()));
        last = Optional.of(new Seen(fingerprint, observation));
        return observation;
    }

    private enum Switch {
        ON,
        OFF,
        ABSENT
    }

    /** Whether AppArmor is on. What cannot be read counts as on: then the list must be readable, or the node is unknown. */
    private Switch state() {
        try (InputStream stream = Files.newInputStream(enabled)) {
            String text = new String(stream.readNBytes(16), StandardCharsets.US_ASCII).strip();
            return text.equals("N") ? Switch.OFF : Switch.ON;
        } catch (NoSuchFileException e) {
            return Switch.ABSENT;
        } catch (IOException e) {
            return Switch.ON;
        }
    }

    private String fingerprint() throws IOException {
        MessageDigest digest = digest();
        byte[] buffer = new byte[8192];
        try (InputStream stream = new Bounded(Files.newInputStream(profiles))) {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return hex(digest);
    }

    private InputStream open(MessageDigest digest) throws IOException {
        return new BufferedInputStream(new DigestInputStream(new Bounded(Files.newInputStream(profiles)), digest));
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Ends with an error rather than early: a list cut short would make loaded profiles look missing. */
    private static final class Bounded extends FilterInputStream {

        private int left = KernelList.LONGEST;

        Bounded(InputStream stream) {
            super(stream);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = super.read(buffer, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException("the list has more than " + KernelList.LONGEST + " bytes");
            }
            return count;
        }
    }
}
