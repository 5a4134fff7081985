package dev.apparmoradmission.scan;

import dev.apparmoradmission.cluster.LiveCluster;
import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.openreports.ClusterFindings;
import dev.apparmoradmission.openreports.ReportFormat;
import dev.apparmoradmission.openreports.ReportWriter;
import dev.apparmoradmission.openreports.ReportsUnavailableException;
import dev.apparmoradmission.openreports.Written;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.report.NamespaceTally;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.page.PageReport;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The command {@code scan}: judges once what is in a live cluster. It changes nothing there but its reports, where asked to. */
public final class ScanCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;

    /** What cannot be understood is told of so many lines, not of each. */
    private static final int MOST_TOLD = 20;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;

    private ScanCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("scan", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code scan}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing to complain of; 1 something is; 2 bad usage, or something could not be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        ScanCommand command = new ScanCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        ScanOptions options = ScanOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(ScanOptions.usage());
        }
        Optional<PolicySet> policies =
                Observation.policies(options.observed().policies(), problem -> err.println(Printable.of(problem)));
        if (policies.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        try (ObservedCluster cluster = options.observed().open()) {
            Instant now = options.observed().instant(cluster, surroundings.clock());
            return scan(options, Observation.of(cluster, policies.get(), now));
        }
    }

    private int scan(ScanOptions options, Observation observation) throws IOException {
        Map<String, NamespaceTally> tallies = new TreeMap<>();
        BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
        Report.Header header =
                new Report.Header(observation.snapshot().policies().hash(), observation.now());
        Report report = switch (options.output()) {
            case TEXT ->
                new ScanText(new OutputStreamWriter(out, surroundings.charset()), surroundings.style(), tallies);
            case JSON -> new JsonReport(out);
            case HTML -> new PageReport(out, subject(options, observation), observation.snapshot(), header);
        };
        observation.view().problems().stream()
                .limit(MOST_TOLD)
                .forEach(problem -> err.println("warning: " + problem.describe()));
        report.begin(header);
        Optional<Instant> since = observation.cluster().admissionSince();
        Optional<ClusterFindings> findings = options.report()
                .map(format -> new ClusterFindings(
                        observation.snapshot(),
                        observation.now(),
                        options.observed().namespaces(),
                        since));
        Scan scan = new Scan(options, report, tallies, frame, since, findings);
        List<WorkloadKind> kinds = options.podsOnly() ? List.of(WorkloadKind.POD) : Observation.EVERY_KIND;
        observation.judge(options.observed().namespaces(), kinds, scan);
        report.end(scan.summary());
        out.flush();
        boolean kept =
                findings.isEmpty() || keep(options.report().orElseThrow(), observation.cluster(), findings.get());
        return scan.isPartial() || !kept
                ? CommandFrame.BAD_INPUT
                : scan.isComplaint() ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }

    /** Writes what was found into the cluster, and tells how much; whether all of it could be. */
    private boolean keep(ReportFormat format, ObservedCluster cluster, ClusterFindings findings) {
        // A snapshot was refused with the options.
        if (!(cluster instanceof LiveCluster live)) {
            return false;
        }
        try {
            Written written = new ReportWriter(live.client(), format, ReportWriter.PACE).write(findings, () -> true);
            written.problems().stream().limit(MOST_TOLD).forEach(err::println);
            err.println("Reports: " + written.describe() + (findings.isWhole() ? "." : "; they are marked partial."));
            return written.problems().isEmpty();
        } catch (ReportsUnavailableException e) {
            err.println(e.line());
            return false;
        }
    }

    private static PageReport.Subject subject(ScanOptions options, Observation observation) {
        List<String> namespaces = options.observed().namespaces();
        String where = observation.cluster().server()
                + (namespaces.isEmpty() ? "" : ", namespaces " + String.join(", ", namespaces))
                + (options.podsOnly() ? ", pods only" : "");
        return new PageReport.Subject(
                true,
                observation
                        .cluster()
                        .takenAt()
                        .map(taken -> "snapshot of " + where + ", taken at " + taken)
                        .orElse("cluster " + where));
    }
}
