package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The command {@code policy diff}: judges a cluster before and after a change, and tells what the change does. It changes nothing. */
public final class PolicyDiffCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;

    /** What cannot be understood is told of so many lines, not of each. */
    private static final int MOST_TOLD = 20;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;

    private PolicyDiffCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("policy diff", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code policy diff}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing to complain of; 1 something is; 2 bad usage, or something could not be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        PolicyDiffCommand command = new PolicyDiffCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        DiffOptions options = DiffOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(DiffOptions.usage());
        }
        Optional<PolicySet> before = policies(options.before());
        Optional<PolicySet> after = options.after().equals(options.before()) ? before : policies(options.after());
        if (before.isEmpty() || after.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        try (ObservedCluster cluster = options.observed().open()) {
            Observation observation =
                    Observation.of(cluster, before.get(), options.observed().instant(cluster, surroundings.clock()));
            return diff(options, observation, after.get());
        }
    }

    private Optional<PolicySet> policies(List<Path> paths) {
        return Observation.policies(paths, problem -> err.println(Printable.of(problem)));
    }

    private int diff(DiffOptions options, Observation observation, PolicySet policies) throws IOException {
        observation.view().problems().stream()
                .limit(MOST_TOLD)
                .forEach(problem -> err.println("warning: " + problem.describe()));
        NodeChange.Outcome nodes = options.nodes()
                .of(observation.view().nodes(), warning -> err.println(Printable.of("warning: " + warning)));
        Snapshot after =
                new Snapshot(policies, nodes.nodes(), observation.view().namespaces(), false);
        Difference difference = new Difference();
        observation.judge(options.observed().namespaces(), Observation.EVERY_KIND, new Observation.Reader() {
            @Override
            public void judged(StoredWorkload workload, Judgement before) {
                compare(workload, before, after, observation, nodes, difference);
                frame.progress().at(() -> difference.workloads() + " workloads judged ...");
            }

            @Override
            public void unread(String line) {
                err.println(Printable.of(line));
                difference.addUnread(line);
            }
        });
        frame.progress().erase();
        BufferedOutputStream out = new BufferedOutputStream(frame.out(), 1 << 16);
        DiffReport report = switch (options.output()) {
            case TEXT -> new TextDiff(new OutputStreamWriter(out, surroundings.charset()));
            case JSON -> new JsonDiff(out);
            case MARKDOWN -> new MarkdownDiff(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        };
        report.write(
                new DiffReport.Header(
                        observation.snapshot().policies().hash(),
                        policies.hash(),
                        observation.now(),
                        nodes.gone(),
                        nodes.relisted()),
                difference);
        out.flush();
        if (!difference.unread().isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        return isComplaint(options.failOn(), difference) ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }

    private static void compare(
            StoredWorkload workload,
            Judgement before,
            Snapshot after,
            Observation observation,
            NodeChange.Outcome nodes,
            Difference difference) {
        if (!nodes.gone().isEmpty()
                && !workload.kind().isTemplate()
                && workload.node().filter(nodes.gone()::contains).isPresent()) {
            // It ends with its node. What is made anew in its place is judged as the template that makes it.
            difference.addLeaving();
            return;
        }
        workload.judge(after, observation.now())
                .ifPresent(judged ->
                        difference.add(workload, new Comparison(before.decision(), judged.decision()).changes()));
    }

    private static boolean isComplaint(DiffOptions.FailOn failOn, Difference difference) {
        boolean denied = difference.count(Change.DENIED) > 0;
        boolean unconfined = difference.count(Change.UNCONFINED) > 0;
        return switch (failOn) {
            case WORSE -> denied || unconfined;
            case DENIED -> denied;
            case UNCONFINED -> unconfined;
            case ANY -> !difference.isEmpty();
            case NEVER -> false;
        };
    }
}
