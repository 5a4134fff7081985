package dev.apparmoradmission.check;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WrittenWorkload;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;

/**
 * The command {@code check}: judges the workloads of files by the one decision, as the webhook would judge the pods that come
 * of them, and reports. Whatever cannot be read is told on standard error, and the rest is judged all the same.
 */
public final class CheckCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;
    private static final int BAD_INPUT = 2;

    private final Surroundings surroundings;
    private final PrintStream err;
    private boolean badInput;

    private CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.err = new PrintStream(surroundings.err(), true, surroundings.charset());
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code check}
     * @param surroundings where it runs
     * @return the exit code of contract §7
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        return new CheckCommand(surroundings).run(arguments);
    }

    private int run(List<String> arguments) {
        try {
            CheckOptions options = CheckOptions.parse(arguments);
            if (options.help()) {
                surroundings.out().write(CheckOptions.usage().getBytes(surroundings.charset()));
                surroundings.out().flush();
                return NOTHING_TO_COMPLAIN_OF;
            }
            return check(options);
        } catch (ParameterException badUsage) {
            err.println("check: " + Printable.of(String.valueOf(badUsage.getMessage())));
            err.println("check --help tells the options.");
        } catch (UnreadableInputException unreadable) {
            tell(unreadable.line());
        } catch (IOException broken) {
            // Most often a reader that went away, as head does.
            err.println("check: the report cannot be written: " + Printable.of(String.valueOf(broken.getMessage())));
        }
        return BAD_INPUT;
    }

    private int check(CheckOptions options) throws IOException {
        Optional<Snapshot> given = options.judging().read(this::tell, warning -> err.println("warning: " + warning));
        if (given.isEmpty()) {
            return BAD_INPUT;
        }
        Snapshot snapshot = given.get();
        Instant now = options.judging().instant(surroundings.clock());
        Complaints complaints =
                new Complaints(options.failOn(), snapshot.nodes().isInventoried());
        BufferedOutputStream out = new BufferedOutputStream(surroundings.out(), 1 << 16);
        Report report = Reports.of(options.output(), out, surroundings, complaints::about);
        report.begin(new Report.Header(snapshot.policies().hash(), now));
        Run run = new Run(snapshot, now, report, complaints);
        WorkloadsOfFiles.read(options.paths(), surroundings.in(), run);
        report.end(run.summary);
        out.flush();
        return badInput ? BAD_INPUT : run.complaint ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }

    private void tell(String line) {
        badInput = true;
        err.println(Printable.of(line));
    }

    /** One pass over the files. */
    private final class Run implements WorkloadsOfFiles.Reader {

        private final Snapshot snapshot;
        private final Instant now;
        private final Report report;
        private final Complaints complaints;
        private Summary summary = Summary.NONE;
        private boolean complaint;

        Run(Snapshot snapshot, Instant now, Report report, Complaints complaints) {
            this.snapshot = snapshot;
            this.now = now;
            this.report = report;
            this.complaints = complaints;
        }

        @Override
        public void workload(WrittenWorkload workload) throws IOException {
            Judgement judgement = workload.judge(snapshot, now);
            summary = summary.and(judgement);
            complaint |= complaints.about(judgement);
            report.add(judgement);
        }

        @Override
        public void problem(String line) throws IOException {
            tell(line);
            report.problem(line);
        }

        @Override
        public void note(String line) throws IOException {
            report.note(line);
        }
    }
}
