package dev.apparmoradmission.policytest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.wire.AppliedPatch;
import dev.apparmoradmission.wire.JsonPatchWriter;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A case: a workload, the world that it is judged in, and what is expected of that.
 *
 * @param file the file that it stands in
 * @param place where it stands there
 * @param name what it shows
 * @param workload the manifest, of a kind that makes pods
 * @param operation what is done to it
 * @param policies the policies under test, and where they stand
 * @param snapshot the world
 * @param now the instant
 * @param expected what is expected
 */
public record PolicyCase(
        String file,
        Place place,
        String name,
        JsonNode workload,
        Operation operation,
        PolicyReading.Accepted policies,
        Snapshot snapshot,
        Instant now,
        Expectation expected) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEFAULT_NAMESPACE = "default";

    /**
     * What came of a case.
     *
     * @param patch what is written into the workload, as a JSON Patch
     * @param decision what is decided about it after that
     */
    public record Outcome(JsonNode patch, Decision decision) {}

    /** Writes the default as {@code /mutate} does, and judges the result as {@code /validate} does. */
    public Outcome run() {
        return run(snapshot);
    }

    /** The same in another world. */
    public Outcome run(Snapshot world) {
        Decision mutating = decide(workload, operation, world);
        JsonNode patch = json(mutating.patch());
        return operation instanceof Operation.Review
                ? new Outcome(patch, mutating)
                : new Outcome(patch, decide(AppliedPatch.of(workload, patch), operation, world));
    }

    /** What {@code check} says of it, which has no second request to wait for. */
    public Decision review() {
        return decide(workload, Operation.Review.SHARED, snapshot);
    }

    private Decision decide(JsonNode manifest, Operation done, Snapshot world) {
        ManifestObject object = object(manifest);
        try {
            return Decider.decide(workload(object).orElseThrow(), done, world, now);
        } catch (UnreadableWorkloadException e) {
            return new UnreadableWorkload(
                            object.workloadKind().orElseThrow(),
                            object.namespace().isEmpty() ? DEFAULT_NAMESPACE : object.namespace(),
                            e.path(),
                            e.problem())
                    .decide(done, world);
        }
    }

    static ManifestObject object(JsonNode manifest) {
        try (JsonParser parser = JSON.treeAsTokens(manifest)) {
            parser.nextToken();
            return WorkloadReader.read(parser);
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading memory failed", impossible);
        }
    }

    static Optional<Workload> workload(ManifestObject object) throws UnreadableWorkloadException {
        return object.workload(DEFAULT_NAMESPACE);
    }

    private static JsonNode json(List<PatchOperation> patch) {
        try {
            return JSON.readTree(new JsonPatchWriter().write(patch));
        } catch (IOException impossible) {
            throw new UncheckedIOException("reading memory failed", impossible);
        }
    }
}
