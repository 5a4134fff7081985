package dev.apparmoradmission.decision;

import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is about to happen to a workload. */
public sealed interface Operation {

    /**
     * It is created.
     *
     * @param requester by whom
     */
    record Create(Requester requester) implements Operation {}

    /**
     * It is changed.
     *
     * @param requester by whom
     * @param stored as it was
     */
    record Update(Requester requester, Workload stored) implements Operation {}

    /**
     * Ephemeral containers are added to a pod. What the request says besides them is thrown away by the API server (semantics
     * §2.6), so everything else is read from the stored pod.
     *
     * @param requester by whom
     * @param stored the pod as it is
     */
    record AddEphemeralContainers(Requester requester, Workload stored) implements Operation {}

    /** Nothing happens: a manifest is judged as the pods that would be made from it, defaults included. */
    record Review() implements Operation {
        /** The one value. */
        public static final Operation SHARED = new Review();
    }

    /** Who sends the request. */
    default Requester requester() {
        if (this instanceof Create create) {
            return create.requester();
        }
        if (this instanceof Update update) {
            return update.requester();
        }
        return this instanceof AddEphemeralContainers added ? added.requester() : Requester.ANYONE;
    }

    /** The containers that are judged: all, or only the ephemeral ones that the stored pod does not have yet. */
    default List<Container> judgedContainers(Workload workload) {
        if (this instanceof AddEphemeralContainers added) {
            Set<String> known = added.stored().spec().containers().stream()
                    .filter(c -> c.kind() == ContainerKind.EPHEMERAL)
                    .map(Container::name)
                    .collect(Collectors.toSet());
            return workload.spec().containers().stream()
                    .filter(c -> c.kind() == ContainerKind.EPHEMERAL && !known.contains(c.name()))
                    .toList();
        }
        return workload.spec().containers();
    }

    /** The annotations in which an exception may be claimed. */
    default Map<String, String> claims(Workload workload) {
        return this instanceof AddEphemeralContainers added ? added.stored().annotations() : workload.annotations();
    }

    /**
     * Whether the operation needs a judgement at all. As with Pod Security Admission, a change of labels, annotations or
     * finalizers does not ({@code policy/admission.go}, significant pod updates), so that old pods can still be labelled
     * and deleted; more tolerations or another selector before binding do, for they move the pod to other nodes (semantics §6.6).
     */
    default boolean matters(Workload workload) {
        if (this instanceof Create || this instanceof Review) {
            return true;
        }
        if (workload.deleting()) {
            return false;
        }
        if (this instanceof Update update) {
            return workload.kind().isTemplate()
                    ? templateChanged(update.stored(), workload)
                    : podChanged(update.stored(), workload);
        }
        return !judgedContainers(workload).isEmpty();
    }

    private static boolean templateChanged(Workload stored, Workload changed) {
        return !stored.spec().equals(changed.spec())
                || !stored.annotations().equals(changed.annotations())
                || !stored.labels().equals(changed.labels());
    }

    private static boolean podChanged(Workload stored, Workload changed) {
        return !images(stored).equals(images(changed)) || movedBeforeBinding(stored, changed);
    }

    /** Kind, name and image of each container: a container added, or another image. */
    private static List<String> images(Workload pod) {
        return pod.spec().containers().stream()
                .map(c -> c.kind() + "/" + c.name() + "/" + c.image())
                .sorted()
                .toList();
    }

    private static boolean movedBeforeBinding(Workload stored, Workload changed) {
        Placement before = stored.spec().placement();
        Placement after = changed.spec().placement();
        return before.nodeName().isEmpty() && after.nodeName().isEmpty() && !before.equals(after);
    }
}
