package dev.apparmoradmission.scan;

import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Judgement.Verdict;
import dev.apparmoradmission.report.NamespaceTally;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import java.io.IOException;
import java.util.Map;

/** One pass over the workloads of a cluster. */
final class Scan implements Observation.Reader {

    private final ScanOptions options;
    private final Report report;
    private final Map<String, NamespaceTally> tallies;
    private final CommandFrame frame;
    private Summary summary = Summary.NONE;
    private boolean complaint;
    private boolean partial;

    Scan(ScanOptions options, Report report, Map<String, NamespaceTally> tallies, CommandFrame frame) {
        this.options = options;
        this.report = report;
        this.tallies = tallies;
        this.frame = frame;
    }

    @Override
    public void judged(StoredWorkload workload, Judgement judgement) throws IOException {
        summary = summary.and(judgement);
        tallies.computeIfAbsent(judgement.namespace(), name -> new NamespaceTally())
                .add(judgement);
        complaint |= switch (options.failOn()) {
            case NEVER -> false;
            case DENY -> judgement.verdict() == Verdict.DENIED;
            case WARN -> judgement.verdict() != Verdict.OK;
        };
        if (options.all() || report.wantsAll() || judgement.verdict() != Verdict.OK) {
            report.add(judgement, workload.origin());
        }
        frame.progress().at(() -> summary.workloads() + " workloads judged ...");
    }

    @Override
    public void unread(String line) throws IOException {
        partial = true;
        frame.err().println(Printable.of(line));
        report.problem(line);
    }

    Summary summary() {
        return summary;
    }

    boolean isComplaint() {
        return complaint;
    }

    boolean isPartial() {
        return partial;
    }
}
