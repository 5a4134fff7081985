package dev.apparmoradmission.scan;

import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.openreports.ClusterFindings;
import dev.apparmoradmission.report.History;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Judgement.Verdict;
import dev.apparmoradmission.report.NamespaceTally;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** One pass over the workloads of a cluster. */
final class Scan implements Observation.Reader {

    private final ScanOptions options;
    private final Report report;
    private final Map<String, NamespaceTally> tallies;
    private final CommandFrame frame;
    private final Optional<Instant> admissionSince;
    private final Optional<ClusterFindings> findings;
    private Summary summary = Summary.NONE;
    private boolean complaint;
    private boolean partial;

    Scan(
            ScanOptions options,
            Report report,
            Map<String, NamespaceTally> tallies,
            CommandFrame frame,
            Optional<Instant> admissionSince,
            Optional<ClusterFindings> findings) {
        this.options = options;
        this.report = report;
        this.tallies = tallies;
        this.frame = frame;
        this.admissionSince = admissionSince;
        this.findings = findings;
    }

    @Override
    public void judged(StoredWorkload workload, Judgement judgement) throws IOException {
        summary = summary.and(judgement);
        History history = workload.history(judgement, admissionSince);
        tallies.computeIfAbsent(judgement.namespace(), name -> new NamespaceTally())
                .add(judgement, history.drifts());
        complaint |= switch (options.failOn()) {
            case NEVER -> false;
            case DENY -> judgement.verdict() == Verdict.DENIED;
            case WARN -> judgement.verdict() != Verdict.OK;
        };
        // Under a policy that only records, what it records is all that there is to tell.
        boolean remarkable = judgement.verdict() != Verdict.OK
                || !judgement.decision().findings().isEmpty()
                || !history.drifts().isEmpty();
        if (options.all() || report.wantsAll() || remarkable) {
            report.add(judgement, history);
        }
        findings.ifPresent(reported -> reported.judged(workload, judgement, history.drifts()));
        frame.progress().at(() -> summary.workloads() + " workloads judged ...");
    }

    @Override
    public void unread(String line) throws IOException {
        findings.ifPresent(reported -> reported.unread(line));
        tell(line);
    }

    @Override
    public void unread(WorkloadKind kind, String namespace, String line) throws IOException {
        findings.ifPresent(reported -> reported.unread(kind, namespace, line));
        tell(line);
    }

    private void tell(String line) throws IOException {
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
