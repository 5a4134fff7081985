package dev.apparmoradmission.cluster.placement;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Workload;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Reads a pod of the Kubernetes client's model as what a review of it would show. */
final class HeldPodReader {

    private static final JsonFactory JSON = new JsonFactory();

    private HeldPodReader() {}

    /** Whether the pod waits behind our gate and is not about to go. */
    static boolean isHeld(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getSpec() != null
                && pod.getSpec().getSchedulingGates() != null
                && pod.getSpec().getSchedulingGates().stream()
                        .anyMatch(gate -> Placement.HOLD_GATE.equals(gate.getName()));
    }

    /** What is kept of a pod, held or not; empty where it cannot be read: then it waits on, for nobody can judge it. */
    static Optional<HeldPod> read(Pod pod) {
        try (JsonParser parser = JSON.createParser(Serialization.asJson(pod))) {
            parser.nextToken();
            Optional<Workload> workload = WorkloadReader.read(parser).workload("default");
            return workload.map(found -> new HeldPod(
                    pod.getMetadata().getUid(),
                    pod.getMetadata().getResourceVersion(),
                    Instant.parse(pod.getMetadata().getCreationTimestamp()),
                    found,
                    condition(pod)));
        } catch (UnreadableWorkloadException | IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<HoldCondition> condition(Pod pod) {
        List<PodCondition> conditions =
                pod.getStatus() == null || pod.getStatus().getConditions() == null
                        ? List.of()
                        : pod.getStatus().getConditions();
        return conditions.stream()
                .filter(condition -> HoldCondition.TYPE.equals(condition.getType()))
                .map(condition -> new HoldCondition(
                        "True".equals(condition.getStatus()),
                        String.valueOf(condition.getReason()),
                        String.valueOf(condition.getMessage())))
                .findFirst();
    }
}
