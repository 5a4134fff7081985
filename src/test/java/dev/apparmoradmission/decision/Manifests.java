package dev.apparmoradmission.decision;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.wire.AppliedPatch;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.JsonPatchWriter;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Manifests as trees, for tests that change them the way the API server would. */
public final class Manifests {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifests() {}

    /** The first document of a YAML resource. */
    public static JsonNode resource(String path) {
        try (InputStream in = Manifests.class.getResourceAsStream(path)) {
            return yaml(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** A YAML or JSON text. */
    public static JsonNode yaml(String text) {
        return yaml(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonNode yaml(byte[] text) {
        try {
            return Documents.of(text, DocumentLimits.MANIFESTS)
                    .next()
                    .orElseThrow()
                    .tree()
                    .value();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty object. */
    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** The workload that a manifest holds; empty for a kind that holds none. */
    public static Optional<Workload> read(JsonNode manifest) {
        try (JsonParser parser = JSON.treeAsTokens(manifest)) {
            parser.nextToken();
            return WorkloadReader.read(parser).workload("default");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UnreadableWorkloadException e) {
            throw new IllegalArgumentException(e.message(), e);
        }
    }

    /** A patch as it goes over the wire. */
    public static ArrayNode json(List<PatchOperation> patch) {
        try {
            return (ArrayNode) JSON.readTree(new JsonPatchWriter().write(patch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a patch makes of a manifest; as with RFC 6902, a path that is not there is an error. */
    public static ObjectNode patched(JsonNode manifest, List<PatchOperation> patch) {
        return (ObjectNode) AppliedPatch.of(manifest, json(patch));
    }
}
