package dev.apparmoradmission.agent;

import dev.apparmoradmission.profile.ProfileList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Hashes of the compiled profiles, from {@code apparmor/policy} ({@code security/apparmor/apparmorfs.c}): each profile has a
 * directory with the files {@code name} and {@code sha1} ({@code sha256} in newer kernels), its children in {@code profiles/}
 * below it; child namespaces are under {@code namespaces/}. A kernel without hashes has no such file, and a profile that goes
 * while it is being read none any more: both are left out.
 */
final class ContentHashes {

    private static final List<String> ALGORITHMS = List.of("sha1", "sha256");
    private static final int LONGEST_NAME = 4096;
    private static final int LONGEST_HASH = 128;
    /** Profiles nest two deep and namespaces hardly ever; a bound all the same, for it is somebody else's tree. */
    private static final int DEEPEST = 16;

    private final Path policy;

    /** Reads below this directory, the kernel's {@code apparmor/policy}. */
    ContentHashes(Path policy) {
        this.policy = policy;
    }

    /**
     * A hash.
     *
     * @param algorithm the kernel's name of it
     * @param hex its digits
     */
    record Hash(String algorithm, String hex) {}

    /** Of those profiles of the list that have one, by the name under which the list has them. */
    Map<String, Hash> of(ProfileList list) {
        Map<String, Hash> hashes = new HashMap<>();
        namespace(policy, "", 0, hashes);
        hashes.keySet().retainAll(list.modes().keySet());
        return hashes;
    }

    private static void namespace(Path directory, String namespace, int depth, Map<String, Hash> hashes) {
        String prefix = namespace.isEmpty() ? "" : ":" + namespace + ":";
        profiles(directory.resolve("profiles"), prefix, depth, hashes);
        if (depth < DEEPEST) {
            for (Path child : children(directory.resolve("namespaces"))) {
                String name = String.valueOf(child.getFileName());
                namespace(child, namespace.isEmpty() ? name : namespace + "//" + name, depth + 1, hashes);
            }
        }
    }

    private static void profiles(Path directory, String prefix, int depth, Map<String, Hash> hashes) {
        for (Path profile : children(directory)) {
            Optional<String> name = text(profile.resolve("name"), LONGEST_NAME);
            if (name.isEmpty() || name.get().isEmpty()) {
                continue;
            }
            String full = prefix + name.get();
            hash(profile).ifPresent(hash -> hashes.put(full, hash));
            if (depth < DEEPEST) {
                profiles(profile.resolve("profiles"), full + "//", depth + 1, hashes);
            }
        }
    }

    private static Optional<Hash> hash(Path profile) {
        for (String algorithm : ALGORITHMS) {
            Optional<Hash> hash = text(profile.resolve(algorithm), LONGEST_HASH)
                    .filter(hex -> hex.matches("[0-9a-f]{8,128}"))
                    .map(hex -> new Hash(algorithm, hex));
            if (hash.isPresent()) {
                return hash;
            }
        }
        return Optional.empty();
    }

    private static List<Path> children(Path directory) {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            List<Path> children = new ArrayList<>();
            stream.forEach(children::add);
            return children;
        } catch (IOException | DirectoryIteratorException gone) {
            return List.of();
        }
    }

    private static Optional<String> text(Path file, int limit) {
        try (InputStream stream = Files.newInputStream(file)) {
            return Optional.of(new String(stream.readNBytes(limit), StandardCharsets.UTF_8))
                    .map(text -> text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        } catch (IOException none) {
            return Optional.empty();
        }
    }
}
