package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A pod behind our gate.
 *
 * @param uid its uid
 * @param version its resourceVersion
 * @param created when it was created
 * @param pod what is judged of it
 * @param condition ours, where it has one
 */
record HeldPod(String uid, String version, Instant created, Workload pod, Optional<HoldCondition> condition) {

    /** Names it: namespace and name. */
    String key() {
        return pod.namespace() + "/" + pod.name();
    }

    /** All its gates, in their order. */
    List<String> gates() {
        return pod.spec().placement().schedulingGates();
    }

    /**
     * Whether this is a later state than the other of the same pod. Versions of one kind of object grow
     * (KEP-5504, Kubernetes 1.35; in fact since the first release); one that is no number is never later.
     */
    boolean isLaterThan(HeldPod other) {
        return uid.equals(other.uid) && number(version) > number(other.version);
    }

    private static long number(String version) {
        try {
            return Long.parseLong(version);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }
}
