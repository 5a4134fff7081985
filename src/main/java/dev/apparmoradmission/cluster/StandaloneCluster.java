package dev.apparmoradmission.cluster;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.InventoryProblem;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster that is described by files, which are watched: a change of their content is in force soon afterwards, and files
 * that have become unreadable change nothing.
 */
public final class StandaloneCluster implements AutoCloseable {

    private static final String SOURCE = "inventory";

    private final ClusterFiles files;
    private final TransientTaints transientTaints;
    private final SnapshotStore store;
    private final ClusterReports reports;
    private final InventoryReader reader = new InventoryReader(new ProfileLists());
    private final ProfileLosses losses = new ProfileLosses();
    private final ContentWatch<List<Path>> watch;

    private StandaloneCluster(
            ClusterFiles files,
            TransientTaints transientTaints,
            SnapshotStore store,
            ClusterReports reports,
            Clock clock,
            ContentWatch.Pace pace)
            throws UnreadableInputException {
        this.files = files;
        this.transientTaints = transientTaints;
        this.store = store;
        this.reports = reports;
        List<WatchedFile> watched = Stream.of(files.inventory(), files.nodes(), files.namespaces())
                .flatMap(List::stream)
                .map(path -> new WatchedFile(path, clock))
                .toList();
        // Looked at before it is read: what changes in between is read once more, not missed.
        ContentWatch.Seen<List<Path>> seen = look(watched);
        publish();
        this.watch = new ContentWatch<>("cluster-files-watch", seen, () -> look(watched), changed -> renew(), pace);
    }

    /**
     * Reads the files, puts what they say in force, and watches them from then on.
     *
     * @param files the files
     * @param transientTaints taints to look through
     * @param store where the picture goes
     * @param reports who is told of changes
     * @param clock tells how fresh a file is
     * @param pace how often to look
     * @throws UnreadableInputException if a file cannot be read: there is no last good one to fall back to
     */
    public static StandaloneCluster start(
            ClusterFiles files,
            TransientTaints transientTaints,
            SnapshotStore store,
            ClusterReports reports,
            Clock clock,
            ContentWatch.Pace pace)
            throws UnreadableInputException {
        return new StandaloneCluster(files, transientTaints, store, reports, clock, pace);
    }

    @Override
    public void close() {
        watch.close();
    }

    private static ContentWatch.Seen<List<Path>> look(List<WatchedFile> watched) {
        Set<Path> directories = new HashSet<>();
        watched.forEach(file -> directories.addAll(file.directories()));
        String fingerprint = watched.stream().map(WatchedFile::fingerprint).collect(Collectors.joining(" "));
        return new ContentWatch.Seen<>(List.of(), fingerprint, directories);
    }

    private void renew() {
        try {
            publish();
            reports.renewed(SOURCE);
        } catch (UnreadableInputException e) {
            reports.refused(SOURCE, List.of(e.line()));
        }
    }

    private void publish() throws UnreadableInputException {
        ClusterFiles.View view = files.read(reader, transientTaints);
        ClusterNodes nodes = inventoried(view.nodes());
        store.cluster(nodes, view.namespaces());
        List<NodeLoss> lost = losses.since(nodes.members());
        if (!lost.isEmpty()) {
            reports.lost(lost);
        }
        if (!view.problems().isEmpty()) {
            reports.remarked(
                    SOURCE,
                    view.problems().stream().map(InventoryProblem::describe).toList());
        }
    }

    /**
     * Where no inventory is given, no node has reported: a webhook that does not know what is loaded must not let a pod start in
     * the hope that it is.
     */
    private ClusterNodes inventoried(ClusterNodes nodes) {
        return nodes.isInventoried()
                ? nodes
                : ClusterNodes.of(nodes.members().stream().map(Member::node).toList(), Map.of(), true, transientTaints);
    }
}
