package dev.apparmoradmission.check;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WorkloadsOfFiles.Reader;
import dev.apparmoradmission.report.Fingerprint;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The command {@code check}: judges the workloads of files by the one decision, as the webhook would judge the pods that come
 * of them, and reports. Whatever cannot be read is told on standard error, and the rest is judged all the same.
 */
public final class CheckCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;
    private boolean badInput;

    private CheckCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("check", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code check}
     * @param surroundings where it runs
     * @return the exit code of contract §7
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        CheckCommand command = new CheckCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        CheckOptions options = CheckOptions.parse(arguments);
        return options.help() ? frame.usage(CheckOptions.usage()) : check(options);
    }

    private int check(CheckOptions options) throws IOException {
        Optional<Snapshot> given = options.judging().read(this::tell, warning -> err.println("warning: " + warning));
        if (given.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        Snapshot snapshot = given.get();
        Instant now = options.judging().instant(surroundings.clock());
        Set<Fingerprint> known = known(options, snapshot, now);
        Complaints complaints =
                new Complaints(options.failOn(), snapshot.nodes().isInventoried());
        BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
        Report.Header header = new Report.Header(snapshot.policies().hash(), now);
        Report report = Reports.of(options, snapshot, header, out, surroundings, complaints::about);
        report.begin(header);
        Run run = new Run(known, report, complaints, options.writeKnown().isPresent());
        WorkloadsOfFiles.read(
                options.paths(),
                options.excluded(),
                surroundings.in(),
                workload -> workload.judge(snapshot, now).knowing(known),
                run);
        run.tellGone();
        report.end(run.summary);
        out.flush();
        if (options.writeKnown().isPresent()) {
            write(options.writeKnown().get(), new Baseline(run.kept));
            return badInput ? CommandFrame.BAD_INPUT : NOTHING_TO_COMPLAIN_OF;
        }
        return badInput ? CommandFrame.BAD_INPUT : run.complaint ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }

    /** What is put up with: the findings of the baseline, and those of the manifests as they were. */
    private Set<Fingerprint> known(CheckOptions options, Snapshot snapshot, Instant now) throws IOException {
        Set<Fingerprint> known = new HashSet<>();
        if (options.known().isPresent()) {
            known.addAll(Baseline.read(options.known().get()).findings());
        }
        Reader<Judgement> before = new Reader<>() {
            @Override
            public void workload(Judgement judgement) {
                known.addAll(fingerprints(judgement));
            }

            @Override
            public void problem(String line) {
                // What cannot be read was not known: its findings count as new, and fail.
                err.println(Printable.of("warning: of what was before: " + line));
            }

            @Override
            public void note(String line) {
                // Told of the manifests as they are, if it is still so.
            }

            @Override
            public void file(int number, int of) {
                frame.progress().at(() -> number + " of " + of + " files as they were ...");
            }
        };
        WorkloadsOfFiles.read(
                options.before(),
                options.excluded(),
                surroundings.in(),
                workload -> workload.judge(snapshot, now),
                before);
        return Set.copyOf(known);
    }

    private static Set<Fingerprint> fingerprints(Judgement judgement) {
        return judgement.decision().findings().stream()
                .map(finding -> Fingerprint.of(judgement, finding))
                .collect(Collectors.toSet());
    }

    private void write(Path file, Baseline baseline) throws UnreadableInputException {
        try {
            Files.write(file, baseline.written());
        } catch (IOException e) {
            throw new UnreadableInputException(file.toString(), "the baseline cannot be written: " + e.getMessage());
        }
    }

    private void tell(String line) {
        badInput = true;
        err.println(Printable.of(line));
    }

    /** One pass over the files. */
    private final class Run implements Reader<Judgement> {

        private final Set<Fingerprint> gone;
        private final Report report;
        private final Complaints complaints;
        private final boolean keeps;
        private final Set<Fingerprint> kept = new HashSet<>();
        private Summary summary = Summary.NONE;
        private boolean complaint;
        private String file = "";

        /** Findings are kept where they are to be written: there can be any number of them. */
        Run(Set<Fingerprint> known, Report report, Complaints complaints, boolean keeps) {
            this.gone = new HashSet<>(known);
            this.report = report;
            this.complaints = complaints;
            this.keeps = keeps;
        }

        @Override
        public void file(int number, int of) {
            file = number + " of " + of + " files";
            tellProgress();
        }

        private void tellProgress() {
            frame.progress().at(() -> file + ", " + summary.workloads() + " workloads judged ...");
        }

        @Override
        public void workload(Judgement judgement) throws IOException {
            if (keeps || !gone.isEmpty()) {
                Set<Fingerprint> found = fingerprints(judgement);
                gone.removeAll(found);
                if (keeps) {
                    kept.addAll(found);
                }
            }
            summary = summary.and(judgement);
            complaint |= complaints.about(judgement);
            report.add(judgement);
            tellProgress();
        }

        /** Known findings that are no more: a baseline that still has them would let them come back unseen. */
        void tellGone() throws IOException {
            if (!gone.isEmpty()) {
                report.note(gone.size() + (gone.size() == 1 ? " known finding is" : " known findings are") + " gone");
            }
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
