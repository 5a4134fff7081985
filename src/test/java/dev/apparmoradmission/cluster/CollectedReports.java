package dev.apparmoradmission.cluster;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what is told of a cluster, a line each; what was renewed is not kept. */
final class CollectedReports implements ClusterReports {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void renewed(String source) {}

    @Override
    public void refused(String source, List<String> problems) {
        lines.addAll(problems);
    }

    @Override
    public void remarked(String source, List<String> problems) {
        lines.addAll(problems);
    }

    @Override
    public void lost(List<NodeLoss> losses) {
        losses.forEach(loss -> lines.add("lost: " + loss.describe()));
    }
}
