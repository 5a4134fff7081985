package dev.apparmoradmission.scan;

import dev.apparmoradmission.cluster.ListedWorkloads;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Judgement.Verdict;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One pass over the workloads of a cluster. */
final class Scan implements ListedWorkloads.Reader {

    /** A stored object stands in no file. */
    private static final Places NOWHERE = new Places(Map.of(), "", Place.START);

    private final ScanOptions options;
    private final Snapshot snapshot;
    private final Instant now;
    private final Report report;
    private final Map<String, NamespaceTally> tallies;
    private final Progress progress;
    private final PrintStream err;
    private Summary summary = Summary.NONE;
    private boolean complaint;
    private boolean partial;

    Scan(
            ScanOptions options,
            Snapshot snapshot,
            Instant now,
            Report report,
            Map<String, NamespaceTally> tallies,
            Progress progress,
            PrintStream err) {
        this.options = options;
        this.snapshot = snapshot;
        this.now = now;
        this.report = report;
        this.tallies = tallies;
        this.progress = progress;
        this.err = err;
    }

    @Override
    public void workload(WorkloadKind kind, ManifestObject object) throws IOException {
        Optional<Decision> decision = decide(kind, object);
        if (decision.isEmpty()) {
            return;
        }
        Judgement judgement = new Judgement(
                "", 1, kind.kindName(), object.namespace(), object.name(), NOWHERE, decision.get(), Set.of());
        summary = summary.and(judgement);
        tallies.computeIfAbsent(object.namespace(), name -> new NamespaceTally())
                .add(kind, judgement);
        complaint |= switch (options.failOn()) {
            case NEVER -> false;
            case DENY -> judgement.verdict() == Verdict.DENIED;
            case WARN -> judgement.verdict() != Verdict.OK;
        };
        if (options.all() || judgement.verdict() != Verdict.OK) {
            report.add(judgement);
        }
        progress.at(summary.workloads());
    }

    /** A stored pod is judged as the validating door would judge it: no default is written any more. */
    private Optional<Decision> decide(WorkloadKind kind, ManifestObject object) {
        Operation operation = kind.isTemplate() ? Operation.Review.SHARED : new Operation.Create(Requester.ANYONE);
        try {
            Optional<Workload> workload = object.workload(object.namespace());
            return workload.map(read -> Decider.decide(read, operation, snapshot, now));
        } catch (UnreadableWorkloadException e) {
            return Optional.of(new UnreadableWorkload(kind, object.namespace(), e.path(), e.problem())
                    .decide(operation, snapshot));
        }
    }

    @Override
    public void unread(String line) throws IOException {
        partial = true;
        err.println(Printable.of(line));
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
