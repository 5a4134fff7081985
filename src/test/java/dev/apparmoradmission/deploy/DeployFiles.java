package dev.apparmoradmission.deploy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of {@code deploy/}, read strictly: a key that stands twice is an error. */
final class DeployFiles {

    static final Path DEPLOY = Path.of("deploy");

    private static final ObjectMapper YAML =
            new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

    private DeployFiles() {}

    /** The documents of a file. */
    static List<JsonNode> documents(Path file) {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(Files.readString(file))) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": " + e.getMessage(), e);
        }
    }

    /** The document of that kind. */
    static JsonNode document(Path file, String kind) {
        return documents(file).stream()
                .filter(document -> document.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(file + " has no " + kind));
    }

    /** Every kustomization of the project. */
    static List<Path> kustomizations() throws IOException {
        List<Path> kustomizations = new ArrayList<>();
        for (Path root : List.of(DEPLOY, Path.of("policies"))) {
            try (Stream<Path> found = Files.walk(root)) {
                found.filter(file -> file.endsWith("kustomization.yaml")).forEach(kustomizations::add);
            }
        }
        return kustomizations;
    }

    /** The texts of a list. */
    static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asText).toList();
    }
}
