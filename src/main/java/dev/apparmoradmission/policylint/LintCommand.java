package dev.apparmoradmission.policylint;

import dev.apparmoradmission.cluster.ListedWorkloads;
import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WrittenWorkload;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.ObservedOptions;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The command {@code policy lint}: finds what in policies and grants cannot be meant so. It changes nothing. */
public final class LintCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;

    /** What cannot be read is told of so many lines in the report; more say nothing new. */
    private static final int MOST_PROBLEMS = 1000;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;
    private final List<String> problems = new ArrayList<>();
    private boolean badInput;

    private LintCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("policy lint", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code policy lint}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing to complain of; 1 something is; 2 bad usage, or something could not be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        LintCommand command = new LintCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        LintOptions options = LintOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(LintOptions.usage());
        }
        Optional<PolicyReading.Accepted> policies = options.judging().policies(this::tell);
        if (policies.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        if (options.observed().isPresent()) {
            ObservedOptions observed = options.observed().get();
            try (ObservedCluster cluster = observed.open()) {
                return lint(options, policies.get(), observed, cluster);
            }
        }
        Instant now = options.judging().instant(surroundings.clock());
        Snapshot snapshot = options.judging()
                .snapshot(policies.get().set(), warning -> err.println("warning: " + Printable.of(warning)));
        Optional<Usage> usage =
                options.paths().isEmpty() ? Optional.empty() : Optional.of(usage(options, snapshot, now));
        return report(options, Facts.of(policies.get(), snapshot, usage, now, options.withinDays()), policies.get());
    }

    private Usage usage(LintOptions options, Snapshot snapshot, Instant now) throws IOException {
        Usage usage = new Usage(snapshot, now);
        // Read several files at a time; what they use is counted by one.
        WorkloadsOfFiles.read(options.paths(), List.of(), surroundings.in(), Function.identity(), new Written(usage));
        return usage;
    }

    private int lint(
            LintOptions options, PolicyReading.Accepted policies, ObservedOptions observed, ObservedCluster cluster)
            throws IOException {
        Instant now = observed.instant(cluster, surroundings.clock());
        Observation observation = Observation.of(cluster, policies.set(), now);
        observation.unread().forEach(this::tell);
        Usage usage = new Usage(observation.snapshot(), now);
        cluster.workloads(List.of(), Observation.EVERY_KIND, new Stored(usage));
        return report(
                options,
                Facts.of(policies, observation.snapshot(), Optional.of(usage), now, options.withinDays()),
                policies);
    }

    private int report(LintOptions options, Facts facts, PolicyReading.Accepted policies) throws IOException {
        Findings findings = new Findings();
        Check.ALL.forEach(check -> check.examine(facts, findings));
        facts.policies().forEach(findings::addUnknown);
        facts.grants().forEach(findings::addUnknown);
        LintReport.Result result = new LintReport.Result(
                policies.set().hash(),
                facts.now(),
                facts.policies().size(),
                facts.grants().size(),
                findings.sorted(),
                facts.unexamined(),
                problems);
        BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
        form(options.output(), out).write(result);
        out.flush();
        boolean complaint = result.findings().stream()
                .anyMatch(finding -> !finding.accepted() && options.failOn().isMetBy(finding.severity()));
        return badInput ? CommandFrame.BAD_INPUT : complaint ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }

    private LintReport form(LintOptions.Output output, OutputStream out) throws IOException {
        return switch (output) {
            case TEXT -> new TextLints(new OutputStreamWriter(out, surroundings.charset()), surroundings.style());
            case JSON -> new JsonLints(out);
            case SARIF -> new SarifLints(out);
            case GITHUB -> new GithubLints(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        };
    }

    private void tell(String line) {
        badInput = true;
        err.println(Printable.of(line));
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(line);
        }
    }

    /** Takes the workloads of files. */
    private final class Written implements WorkloadsOfFiles.Reader<WrittenWorkload> {

        private final Usage usage;

        Written(Usage usage) {
            this.usage = usage;
        }

        @Override
        public void workload(WrittenWorkload workload) {
            if (workload.content() instanceof WrittenWorkload.Understood understood) {
                usage.add(understood.workload(), Operation.Review.SHARED);
            } else {
                tell(workload.file() + ":" + workload.places().start() + ": " + Printable.of(workload.kind()) + " "
                        + Printable.of(workload.name()) + " cannot be read; what it uses is not known");
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
            // What makes no pods uses no grant.
        }
    }

    /** Takes the workloads of a cluster. */
    private final class Stored implements ListedWorkloads.Reader {

        private final Usage usage;

        Stored(Usage usage) {
            this.usage = usage;
        }

        @Override
        public void workload(WorkloadKind kind, ManifestObject object) {
            try {
                Optional<Workload> workload = object.workload(object.namespace());
                workload.ifPresent(read -> usage.add(read, new StoredWorkload(kind, object).operation()));
            } catch (UnreadableWorkloadException e) {
                tell(kind.kindName() + " " + object.namespace() + "/" + object.name() + " cannot be read: " + e.path()
                        + " " + e.problem());
            }
        }

        @Override
        public void unread(String line) {
            tell(line);
        }
    }
}
