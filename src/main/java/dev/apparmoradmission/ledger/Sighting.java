package dev.apparmoradmission.ledger;

import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Instant;
import java.util.Optional;

/**
 * A workload with exceptions, as it was seen.
 *
 * @param pod whether it is a pod that runs, or will; else something that pods are made from
 * @param self itself
 * @param keeper what makes and keeps it, where something does
 * @param templateHash a pod's label by which a Deployment tells the ReplicaSets apart that it makes
 * @param serviceAccount the account that it runs as
 * @param created since when the object is there; absent in a file
 * @param place file and line, of a workload of a file
 */
public record Sighting(
        boolean pod,
        Holder self,
        Optional<Holder> keeper,
        Optional<String> templateHash,
        String serviceAccount,
        Optional<Instant> created,
        Optional<String> place) {

    private static final String TEMPLATE_HASH = "pod-template-hash";

    /**
     * A workload of a manifest.
     *
     * @param place file and line
     */
    public static Sighting written(String kind, String name, Workload workload, String place) {
        return new Sighting(
                !workload.kind().isTemplate(),
                new Holder(workload.namespace(), kind, name),
                Optional.empty(),
                Optional.empty(),
                workload.spec().serviceAccountName(),
                Optional.empty(),
                Optional.of(place));
    }

    /** A workload as a cluster holds it; absent where it cannot be read, so that nothing was looked at for it either. */
    public static Optional<Sighting> stored(WorkloadKind kind, ManifestObject object) {
        String namespace = object.namespace();
        try {
            return object.workload(namespace)
                    .map(workload -> new Sighting(
                            kind == WorkloadKind.POD,
                            new Holder(namespace, kind.kindName(), object.name()),
                            object.controller().map(owner -> new Holder(namespace, owner.kind(), owner.name())),
                            Optional.ofNullable(workload.labels().get(TEMPLATE_HASH)),
                            workload.spec().serviceAccountName(),
                            object.created(),
                            Optional.empty()));
        } catch (UnreadableWorkloadException e) {
            return Optional.empty();
        }
    }
}
