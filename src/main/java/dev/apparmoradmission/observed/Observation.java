package dev.apparmoradmission.observed;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.ListedWorkloads;
import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.ProfileLists;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A cluster and all that its workloads are judged by, taken once.
 *
 * @param cluster the cluster
 * @param view its nodes, inventory and namespaces
 * @param snapshot what is judged by
 * @param now the instant at which is judged
 * @param unread a line for each part of the view that could not be read
 */
public record Observation(
        ObservedCluster cluster, ClusterFiles.View view, Snapshot snapshot, Instant now, List<String> unread) {

    /** All kinds, pods first. */
    public static final List<WorkloadKind> EVERY_KIND = List.copyOf(Arrays.asList(WorkloadKind.values()));

    /** Copies the list. */
    public Observation {
        unread = List.copyOf(unread);
    }

    /** Who takes what is judged. */
    public interface Reader {
        /** Takes a workload and what was decided about it. */
        void judged(StoredWorkload workload, Judgement judgement) throws IOException;

        /** Takes one line about objects that could not be read: what was taken is not all. */
        void unread(String line) throws IOException;

        /**
         * Takes the same of one list, which was read in part or not at all.
         *
         * @param kind what it is a list of
         * @param namespace where; empty for everywhere
         * @param line what is wrong
         */
        default void unread(WorkloadKind kind, String namespace, String line) throws IOException {
            unread(line);
        }
    }

    /** Where workloads come from, such as {@link ObservedCluster#workloads}. */
    @FunctionalInterface
    public interface Source {
        /**
         * Gives the workloads, page by page.
         *
         * @param namespaces where; none for everywhere
         * @param kinds which kinds
         * @param reader takes them
         */
        void workloads(List<String> namespaces, List<WorkloadKind> kinds, ListedWorkloads.Reader reader)
                throws IOException;
    }

    /**
     * Looks at the nodes, the inventory and the namespaces.
     *
     * @throws UnreadableInputException where not even the nodes can be had
     */
    public static Observation of(ObservedCluster cluster, PolicySet policies, Instant now)
            throws UnreadableInputException {
        List<String> unread = new ArrayList<>();
        ClusterFiles.View view = cluster.view(new InventoryReader(new ProfileLists()), unread::add);
        return new Observation(
                cluster, view, new Snapshot(policies, view.nodes(), view.namespaces(), false), now, unread);
    }

    /**
     * The policies of files and directories.
     *
     * @param problems takes a line for each thing that is wrong with them
     * @return absent where they were refused
     */
    public static Optional<PolicySet> policies(List<Path> paths, Consumer<String> problems) {
        PolicyReading reading = new PolicyDirectories(paths).read();
        if (reading instanceof PolicyReading.Refused refused) {
            refused.problems().forEach(problem -> problems.accept(problem.toString()));
        }
        return reading instanceof PolicyReading.Accepted accepted ? Optional.of(accepted.set()) : Optional.empty();
    }

    /**
     * Judges the workloads, page by page.
     *
     * @param namespaces where; none for everywhere
     * @param kinds which kinds
     * @param reader takes them; told first what of the view could not be read
     * @throws IOException where the reader throws it
     */
    public void judge(List<String> namespaces, List<WorkloadKind> kinds, Reader reader) throws IOException {
        for (String line : unread) {
            reader.unread(line);
        }
        judge(cluster::workloads, snapshot, now, namespaces, kinds, reader);
    }

    /**
     * Judges the workloads of a source, page by page.
     *
     * @param snapshot what is judged by
     * @param now the instant at which is judged
     * @param namespaces where; none for everywhere
     * @param kinds which kinds
     * @param reader takes them
     * @throws IOException where the reader throws it
     */
    static void judge(
            Source source,
            Snapshot snapshot,
            Instant now,
            List<String> namespaces,
            List<WorkloadKind> kinds,
            Reader reader)
            throws IOException {
        source.workloads(namespaces, kinds, new ListedWorkloads.Reader() {
            @Override
            public void workload(WorkloadKind kind, ManifestObject object) throws IOException {
                StoredWorkload workload = new StoredWorkload(kind, object);
                Optional<Judgement> judgement = workload.judge(snapshot, now);
                if (judgement.isPresent()) {
                    reader.judged(workload, judgement.get());
                }
            }

            @Override
            public void unread(String line) throws IOException {
                reader.unread(line);
            }

            @Override
            public void unread(WorkloadKind kind, String namespace, String line) throws IOException {
                reader.unread(kind, namespace, line);
            }
        });
    }
}
