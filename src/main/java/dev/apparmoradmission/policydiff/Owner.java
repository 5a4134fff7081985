package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.ObjectOwner;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.Comparator;
import java.util.Optional;

/**
 * Whom a line is about: the object that makes and keeps pods, as far as the pods tell, or the workload itself.
 *
 * @param namespace its namespace
 * @param kind its kind
 * @param name its name
 */
record Owner(String namespace, String kind, String name) implements Comparable<Owner> {

    private static final Comparator<Owner> ORDER =
            Comparator.comparing(Owner::namespace).thenComparing(Owner::kind).thenComparing(Owner::name);
    private static final String REPLICA_SET = "ReplicaSet";
    /** Set by the Deployment controller on its ReplicaSets and their pods; it ends the ReplicaSet's name. */
    private static final String HASH_LABEL = "pod-template-hash";

    /** The direct owner of a pod; a template, a pod of nobody and one that a kubelet keeps for itself are their own. */
    static Owner of(StoredWorkload workload) {
        String namespace = workload.object().namespace();
        return workload.object()
                .controller()
                .filter(controller -> workload.kind() == WorkloadKind.POD && isTold(controller))
                .map(controller -> new Owner(namespace, controller.kind(), controller.name()))
                .orElseGet(() -> new Owner(
                        namespace, workload.kind().kindName(), workload.object().name()));
    }

    private static boolean isTold(ObjectOwner controller) {
        return !controller.kind().isEmpty()
                && !controller.name().isEmpty()
                && !controller.kind().equals("Node");
    }

    /**
     * The Deployment that keeps this ReplicaSet, by its name and the label of its pods. Whether there is such a Deployment
     * has to be seen: the ReplicaSet itself may not have been read.
     */
    Optional<Owner> deployment(StoredWorkload pod) {
        String end = "-" + pod.object().labels().getOrDefault(HASH_LABEL, "");
        boolean made =
                kind.equals(REPLICA_SET) && end.length() > 1 && name.endsWith(end) && name.length() > end.length();
        return made
                ? Optional.of(new Owner(
                        namespace, WorkloadKind.DEPLOYMENT.kindName(), name.substring(0, name.length() - end.length())))
                : Optional.empty();
    }

    /** It on one line. */
    String subject() {
        return Printable.of(kind) + " " + Printable.of(namespace) + "/" + Printable.of(name);
    }

    @Override
    public int compareTo(Owner other) {
        return ORDER.compare(this, other);
    }
}
