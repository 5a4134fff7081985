package dev.apparmoradmission.e2e.install;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.cluster.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Base64;
import java.util.Map;

/** A Secret as a volume, written as the kubelet does it: each state in a directory of its own, changed for the next by one rename. */
final class MountedSecret implements AutoCloseable {
    private final Path directory;

    MountedSecret() throws IOException {
        directory = Files.createTempDirectory("e2e-secret");
    }

    Path directory() {
        return directory;
    }

    /** Shows that data, in base64, from now on. */
    void show(JsonNode data) throws IOException {
        Path state = Files.createTempDirectory(directory, "..state");
        for (Map.Entry<String, JsonNode> entry : data.properties()) {
            Files.write(
                    state.resolve(entry.getKey()),
                    Base64.getDecoder().decode(entry.getValue().asText()));
            Path link = directory.resolve(entry.getKey());
            if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(link, Path.of("..data", entry.getKey()));
            }
        }
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), state.getFileName());
        Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        Directories.remove(directory);
    }
}
