package dev.apparmoradmission.policylint;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.manifest.JudgingOptions;
import dev.apparmoradmission.observed.ObservedOptions;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code policy lint} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files and directories of workloads, or {@code -}
 * @param judging the policies, and the files that stand for a cluster
 * @param observed the cluster or snapshot to look at; absent where none is
 * @param withinDays a grant that ends in so many days is about to end
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record LintOptions(
        boolean help,
        List<String> paths,
        JudgingOptions judging,
        Optional<ObservedOptions> observed,
        int withinDays,
        Output output,
        FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        SARIF,
        GITHUB
    }

    /** What makes the command fail. */
    enum FailOn {
        ERROR,
        WARNING,
        NOTE,
        NEVER;

        boolean isMetBy(Severity severity) {
            return switch (this) {
                case ERROR -> severity == Severity.ERROR;
                case WARNING -> severity != Severity.NOTE;
                case NOTE -> true;
                case NEVER -> false;
            };
        }
    }

    private static final String CLUSTER = "--cluster";
    private static final String WITHIN = "--within";
    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";

    private static final int MOST_DAYS = 36500;
    private static final int USUAL_DAYS = 30;

    /** Copies the list. */
    LintOptions {
        paths = List.copyOf(paths);
    }

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static LintOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<String> paths = parsed.matchedPositionalValue(0, List.of());
        JudgingOptions judging = JudgingOptions.of(parsed);
        Optional<ObservedOptions> observed = parsed.hasMatchedOption(CLUSTER) || ObservedOptions.areGiven(parsed)
                ? Optional.of(ObservedOptions.of(parsed))
                : Optional.empty();
        if (observed.isPresent() && (!paths.isEmpty() || judging.cluster().isAny())) {
            throw Options.problem(parsed, "Give either a cluster, or files that stand for one, not both");
        }
        if (parsed.hasMatchedOption(CLUSTER)
                && observed.flatMap(ObservedOptions::snapshot).isPresent()) {
            throw Options.problem(parsed, CLUSTER + " asks a live cluster, which is not asked with --snapshot");
        }
        return new LintOptions(
                parsed.isUsageHelpRequested(),
                paths,
                judging,
                observed,
                days(parsed),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.ERROR));
    }

    private static int days(ParseResult parsed) {
        String text = Options.text(parsed, WITHIN).orElse(Integer.toString(USUAL_DAYS));
        // Longer numbers do not fit, and nobody means them.
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= MOST_DAYS) {
            return Integer.parseInt(text);
        }
        throw Options.problem(parsed, WITHIN + ": not a number of days from 0 to " + MOST_DAYS + ": " + text);
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("policy lint");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar policy lint [OPTION...] [PATH...]")
                .description(
                        "Finds what in policies and grants cannot be meant so: policies and globs that match nothing, grants",
                        "that are over, about to end, refused, unused or broader than needed. By itself it reads the policies",
                        "alone. With --namespaces and --inventory it knows what there is to match; with workloads (manifests,",
                        "directories, or - for standard input) what grants are used for; with --cluster, --context or",
                        "--snapshot it takes all of that from a cluster.")
                .footer(
                        "",
                        "What is meant so is accepted by the annotation " + Findings.ACCEPTS + " of a policy or",
                        "grant: ids, separated by commas.",
                        "",
                        "Exit codes: 0 nothing to complain of; 1 an error was found (or what --fail-on says); 2 bad usage, or",
                        "input that cannot be read.");
        Options.files(spec);
        JudgingOptions.declare(spec);
        Options.flag(spec, CLUSTER, "look at the cluster that kubectl would ask");
        ObservedOptions.declareCluster(spec);
        Options.one(spec, WITHIN, "DAYS", "tell of grants that end in so many days (default: " + USUAL_DAYS + ")");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.one(spec, FAIL_ON, "WHAT", Options.names(FailOn.values()) + " (default: error)");
        Options.help(spec);
        return spec;
    }
}
