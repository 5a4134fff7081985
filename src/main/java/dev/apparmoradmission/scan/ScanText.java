package dev.apparmoradmission.scan;

import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.report.History;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.NamespaceTally;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.report.TextTable;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;

/** What a person reads: what is wrong, workload by workload, and then each namespace at a glance. */
final class ScanText implements Report {

    private final Writer out;
    private final Report workloads;
    private final Map<String, NamespaceTally> tallies;

    /**
     * Writes to this.
     *
     * @param tallies by namespace, complete when the report ends
     */
    ScanText(Writer out, TextReport.Style style, Map<String, NamespaceTally> tallies) {
        this.out = out;
        this.workloads = new TextReport(out, style);
        this.tallies = tallies;
    }

    @Override
    public void begin(Header header) throws IOException {
        workloads.begin(header);
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        workloads.add(judgement);
    }

    @Override
    public void add(Judgement judgement, History history) throws IOException {
        workloads.add(judgement, history);
    }

    @Override
    public void problem(String line) throws IOException {
        workloads.note("not all: " + Printable.of(line));
    }

    @Override
    public void end(Summary summary) throws IOException {
        if (!tallies.isEmpty()) {
            TextTable table = new TextTable();
            table.row(
                    "NAMESPACE",
                    "PODS",
                    "ENFORCED",
                    "COMPLAIN",
                    "UNCONFINED",
                    "UNKNOWN",
                    "WILL NOT START",
                    "DRIFTED",
                    "DENIED",
                    "WARNED");
            for (Map.Entry<String, NamespaceTally> entry : tallies.entrySet()) {
                NamespaceTally tally = entry.getValue();
                table.row(
                        Printable.of(entry.getKey()),
                        shown(tally.pods()),
                        shown(tally.containers(Level.ENFORCED)),
                        shown(tally.containers(Level.COMPLAIN)),
                        shown(tally.containers(Level.UNCONFINED)),
                        shown(tally.containers(Level.UNKNOWN)),
                        shown(tally.containers(Level.WILL_NOT_START)),
                        shown(tally.drifted()),
                        shown(tally.denied()),
                        shown(tally.warned()));
            }
            table.write(out);
            out.append('\n');
        }
        workloads.end(summary);
    }

    /** A dash is passed over by the eye, a naught is not. */
    private static String shown(int count) {
        return count == 0 ? "-" : Integer.toString(count);
    }
}
