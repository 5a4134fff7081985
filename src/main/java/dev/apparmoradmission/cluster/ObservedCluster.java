package dev.apparmoradmission.cluster;

import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A cluster that is looked at once: the live one, or one as a snapshot has kept it. */
public sealed interface ObservedCluster extends AutoCloseable permits LiveCluster, SnapshotDirectory {

    /** Where the cluster is, or was when the snapshot was taken: the URL of its API server. */
    String server();

    /** When the snapshot was taken; absent for a live cluster, which is as it is now. */
    Optional<Instant> takenAt();

    /** Since when its API server asks our webhook about new pods; absent where that is not known. */
    default Optional<Instant> admissionSince() {
        return Optional.empty();
    }

    /**
     * Its nodes, what they hold, and its namespaces.
     *
     * @param reader reads inventories
     * @param unread takes a line for what could not be read; policies that select namespaces by labels then hold everywhere
     * @throws UnreadableInputException where not even the nodes can be had, without which nothing can be judged
     */
    ClusterFiles.View view(InventoryReader reader, Consumer<String> unread) throws UnreadableInputException;

    /**
     * Its workloads, page by page. Pods that have ended are left out, and templates that another object makes and keeps: that
     * one is judged itself.
     *
     * @param namespaces where; none for everywhere
     * @param kinds which kinds
     * @param reader takes them
     * @throws IOException where the reader throws it
     */
    void workloads(List<String> namespaces, List<WorkloadKind> kinds, ListedWorkloads.Reader reader) throws IOException;

    @Override
    void close();
}
