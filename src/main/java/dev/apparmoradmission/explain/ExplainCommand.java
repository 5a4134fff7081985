package dev.apparmoradmission.explain;

import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WrittenWorkload;
import dev.apparmoradmission.manifest.WrittenWorkload.Understood;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The command {@code explain}: prints the whole way to the decision about workloads of files, or one of a cluster (contract §7). */
public final class ExplainCommand {

    private static final int NOTHING_DENIED = 0;
    private static final int DENIED = 1;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;
    private boolean badInput;

    private ExplainCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("explain", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code explain}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing is denied; 1 something is; 2 bad usage or input that cannot be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        ExplainCommand command = new ExplainCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        ExplainOptions options = ExplainOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(ExplainOptions.usage());
        }
        return options.paths().isEmpty() ? explainObserved(options) : explain(options);
    }

    private int explain(ExplainOptions options) throws IOException {
        Optional<Snapshot> snapshot = options.judging().read(this::tell, warning -> err.println("warning: " + warning));
        if (snapshot.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        Instant now = options.judging().instant(surroundings.clock());
        Report.Header header = new Report.Header(snapshot.get().policies().hash(), now);
        BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
        Explanation explanation = explanation(options, out, header);
        Wanted asked = new Wanted(snapshot.get(), now, options.workload());
        Run run = new Run(explanation);
        WorkloadsOfFiles.read(options.paths(), List.of(), surroundings.in(), asked::explained, run);
        explanation.end();
        out.flush();
        if (!run.found && !badInput) {
            tell(options.workload()
                    .map(wanted -> "explain: no workload " + wanted + " in these files")
                    .orElse("explain: no workload in these files"));
        }
        return badInput ? CommandFrame.BAD_INPUT : run.denied ? DENIED : NOTHING_DENIED;
    }

    private int explainObserved(ExplainOptions options) throws IOException {
        Optional<PolicySet> policies = Observation.policies(options.observed().policies(), this::tell);
        if (policies.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        try (ObservedCluster cluster = options.observed().open()) {
            Observation observation =
                    Observation.of(cluster, policies.get(), options.observed().instant(cluster, surroundings.clock()));
            BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
            Explanation explanation =
                    explanation(options, out, new Report.Header(policies.get().hash(), observation.now()));
            String wanted = options.workload().orElseThrow();
            StoredExplanation stored = new StoredExplanation(observation, wanted, explanation, this::tell);
            stored.explain(options.observed().namespaces());
            explanation.end();
            out.flush();
            if (!stored.isFound() && !badInput) {
                tell("explain: no workload " + wanted + " in "
                        + (options.observed().namespaces().isEmpty()
                                ? "the cluster"
                                : "namespace "
                                        + String.join(", ", options.observed().namespaces())));
            }
            return badInput ? CommandFrame.BAD_INPUT : stored.isDenied() ? DENIED : NOTHING_DENIED;
        }
    }

    private Explanation explanation(ExplainOptions options, OutputStream out, Report.Header header) throws IOException {
        return options.output() == ExplainOptions.Output.JSON
                ? new JsonExplanation(out, header)
                : new TextExplanation(
                        new OutputStreamWriter(out, surroundings.charset()), surroundings.style(), header);
    }

    private void tell(String line) {
        badInput = true;
        err.println(Printable.of(line));
    }

    /**
     * A workload with the way to its decision.
     *
     * @param judgement where it stands and what was decided
     * @param derivation the way there; absent where the workload cannot be read
     */
    private record Explained(Judgement judgement, Optional<Derivation> derivation) {}

    /** Explains what is asked for. */
    private record Wanted(Snapshot snapshot, Instant now, Optional<String> name) {

        Optional<Explained> explained(WrittenWorkload workload) {
            if (!covers(workload)) {
                return Optional.empty();
            }
            Optional<Derivation> derivation = workload.content() instanceof Understood understood
                    ? Optional.of(Derivation.of(understood.workload(), snapshot, now))
                    : Optional.empty();
            Judgement judgement = derivation
                    .map(derived -> workload.judged(derived.decision()))
                    .orElseGet(() -> workload.judge(snapshot, now));
            return Optional.of(new Explained(judgement, derivation));
        }

        private boolean covers(WrittenWorkload workload) {
            String written = workload.name().toLowerCase(Locale.ROOT);
            String kind = workload.kind().toLowerCase(Locale.ROOT);
            return name.map(wanted -> wanted.toLowerCase(Locale.ROOT))
                    .filter(wanted -> !wanted.equals(written) && !wanted.equals(kind + "/" + written))
                    .isEmpty();
        }
    }

    /** One pass over the files. */
    private final class Run implements WorkloadsOfFiles.Reader<Optional<Explained>> {

        private final Explanation explanation;
        private boolean found;
        private boolean denied;

        Run(Explanation explanation) {
            this.explanation = explanation;
        }

        @Override
        public void workload(Optional<Explained> explained) throws IOException {
            if (explained.isPresent()) {
                Judgement judgement = explained.get().judgement();
                found = true;
                denied |= !judgement.decision().allowed();
                explanation.add(judgement, explained.get().derivation());
            }
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
            // What makes no pods has nothing to explain.
        }
    }
}
