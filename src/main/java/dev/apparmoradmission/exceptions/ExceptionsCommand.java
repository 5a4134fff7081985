package dev.apparmoradmission.exceptions;

import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.ledger.OpenLedger;
import dev.apparmoradmission.ledger.Sighting;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WrittenWorkload;
import dev.apparmoradmission.manifest.WrittenWorkload.NotUnderstood;
import dev.apparmoradmission.manifest.WrittenWorkload.Understood;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The command {@code exceptions}: lists grants and annotations, in use or not. It changes nothing. */
public final class ExceptionsCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;
    private final List<String> unread = new ArrayList<>();

    private ExceptionsCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("exceptions", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code exceptions}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing to complain of; 1 something is; 2 bad usage, or something could not be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        ExceptionsCommand command = new ExceptionsCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        ExceptionsOptions options = ExceptionsOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(ExceptionsOptions.usage());
        }
        return options.paths().isEmpty() ? ofCluster(options) : ofFiles(options);
    }

    private int ofCluster(ExceptionsOptions options) throws IOException {
        Optional<PolicySet> policies =
                Observation.policies(options.observed().policies(), problem -> err.println(Printable.of(problem)));
        if (policies.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        List<String> namespaces = options.observed().namespaces();
        try (ObservedCluster cluster = options.observed().open()) {
            Instant now = options.observed().instant(cluster, surroundings.clock());
            OpenLedger ledger = new OpenLedger(policies.get(), now, options.soon());
            Observation.of(cluster, policies.get(), now)
                    .judge(namespaces, Observation.EVERY_KIND, new Observation.Reader() {
                        private int judged;

                        @Override
                        public void judged(StoredWorkload workload, Judgement judgement) {
                            ledger.add(workload.kind(), workload.object(), judgement.decision());
                            judged++;
                            frame.progress().at(() -> judged + " workloads judged ...");
                        }

                        @Override
                        public void unread(String line) {
                            tell(line);
                        }
                    });
            String within = namespaces.isEmpty() ? "" : "namespace " + String.join(", ", namespaces) + " was";
            return report(options, policies.get(), ledger, now, within, namespaces);
        }
    }

    private int ofFiles(ExceptionsOptions options) throws IOException {
        Optional<Snapshot> snapshot = options.judging()
                .read(problem -> err.println(Printable.of(problem)), warning -> err.println("warning: " + warning));
        if (snapshot.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        Instant now = options.judging().instant(surroundings.clock());
        OpenLedger ledger = new OpenLedger(snapshot.get().policies(), now, options.soon());
        Function<WrittenWorkload, Judged> judge = workload ->
                new Judged(workload, workload.judge(snapshot.get(), now).decision());
        WorkloadsOfFiles.read(options.paths(), List.of(), surroundings.in(), judge, new WorkloadsOfFiles.Reader<>() {
            @Override
            public void workload(Judged judged) {
                enter(judged, ledger);
            }

            @Override
            public void file(int number, int of) {
                frame.progress().at(() -> number + " of " + of + " files ...");
            }

            @Override
            public void problem(String line) {
                tell(line);
            }

            @Override
            public void note(String line) {
                // What makes no pods has no exceptions.
            }
        });
        return report(options, snapshot.get().policies(), ledger, now, "these files were", List.of());
    }

    /** A workload of a file and what was decided about it. */
    private record Judged(WrittenWorkload workload, Decision decision) {}

    private void enter(Judged judged, OpenLedger ledger) {
        WrittenWorkload workload = judged.workload();
        String place = workload.file() + ":" + workload.places().start().line();
        if (workload.content() instanceof Understood understood) {
            ledger.add(
                    Sighting.written(workload.kind(), workload.name(), understood.workload(), place),
                    judged.decision());
        } else if (workload.content() instanceof NotUnderstood not) {
            tell(place + ": " + not.workload().path() + " " + not.workload().problem());
        }
    }

    private void tell(String line) {
        unread.add(line);
        err.println(Printable.of(line));
    }

    private int report(
            ExceptionsOptions options,
            PolicySet policies,
            OpenLedger ledger,
            Instant now,
            String within,
            List<String> namespaces)
            throws IOException {
        LedgerReport report = new LedgerReport(
                        new Report.Header(policies.hash(), now), ledger.close(unread.isEmpty()), within, unread)
                .in(namespaces)
                .only(options.shown());
        BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
        if (options.output() == ExceptionsOptions.Output.JSON) {
            new LedgerJson(report, out).write();
        } else {
            Writer writer = new OutputStreamWriter(out, surroundings.charset());
            new LedgerText(report, options.wide()).write(writer);
            writer.flush();
        }
        out.flush();
        if (report.isPartial()) {
            return CommandFrame.BAD_INPUT;
        }
        return report.has(options.failOn()) ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }
}
