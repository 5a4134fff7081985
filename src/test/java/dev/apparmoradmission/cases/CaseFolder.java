package dev.apparmoradmission.cases;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.Manifest;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.ProfileLists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A case: {@code workload.yaml} and {@code expected.yaml}, and {@code policy.yaml}, {@code nodes.yaml} and
 * {@code inventory.yaml} where those of the folder of all cases do not fit.
 */
public record CaseFolder(Path directory) {

    /** The folder of all cases. */
    public static final Path ALL = Path.of("src/test/resources/cases");

    /** The instant at which cases are judged. */
    public static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    /** All cases, as {@code rule/case}. */
    public static Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(ALL, 3)) {
            return files
                    .filter(file -> file.endsWith("workload.yaml"))
                    .map(file -> ALL.relativize(file.getParent()).toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** The case of that name. */
    public static CaseFolder named(String name) {
        return new CaseFolder(ALL.resolve(name));
    }

    /** The manifest. */
    public Path workload() {
        return directory.resolve("workload.yaml");
    }

    /** What must come of it. */
    public JsonNode expected() {
        try {
            return Documents.of(Files.readAllBytes(directory.resolve("expected.yaml")), DocumentLimits.POLICIES)
                    .next()
                    .orElseThrow()
                    .tree()
                    .value();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The policy. */
    public Path policy() {
        return own("policy").orElse(ALL.resolve("policy.yaml"));
    }

    /** The nodes; absent where the case goes without. */
    public Optional<Path> nodes() {
        return file("nodes");
    }

    /** The inventory; absent where the case goes without. */
    public Optional<Path> inventory() {
        return file("inventory");
    }

    /** What it is judged by. */
    public Snapshot snapshot() throws IOException {
        PolicyReading reading = new PolicyDirectories(List.of(policy())).read();
        if (reading instanceof PolicyReading.Refused refused) {
            throw new AssertionError(refused.problems().toString());
        }
        ClusterFiles.View cluster = new ClusterFiles(
                        inventory().stream().toList(), nodes().stream().toList(), List.of())
                .read(new InventoryReader(new ProfileLists()), TransientTaints.WELL_KNOWN);
        if (!cluster.problems().isEmpty()) {
            throw new AssertionError(cluster.problems().toString());
        }
        return new Snapshot(((PolicyReading.Accepted) reading).set(), cluster.nodes(), cluster.namespaces(), false);
    }

    /** The manifest, read. */
    public Manifest manifest() throws IOException {
        Documents documents = Documents.of(Files.readAllBytes(workload()), DocumentLimits.MANIFESTS);
        return Manifest.read(documents.next().orElseThrow()).get(0);
    }

    private Optional<Path> file(String name) {
        for (JsonNode without : expected().path("without")) {
            if (without.asText().equals(name)) {
                return Optional.empty();
            }
        }
        return Optional.of(own(name).orElse(ALL.resolve(name + ".yaml")));
    }

    private Optional<Path> own(String name) {
        return Optional.of(directory.resolve(name + ".yaml")).filter(Files::exists);
    }
}
