package dev.apparmoradmission.scan;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.observed.ObservedOptions;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code scan} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param observed the cluster, and where to look
 * @param podsOnly whether templates are left out
 * @param all whether workloads are told of which there is nothing to say
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record ScanOptions(
        boolean help, ObservedOptions observed, boolean podsOnly, boolean all, Output output, FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        HTML
    }

    /** What makes the command fail. */
    enum FailOn {
        DENY,
        WARN,
        NEVER
    }

    private static final String PODS_ONLY = "--pods-only";
    private static final String ALL = "--all";
    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static ScanOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        return new ScanOptions(
                parsed.isUsageHelpRequested(),
                ObservedOptions.of(parsed),
                parsed.hasMatchedOption(PODS_ONLY),
                parsed.hasMatchedOption(ALL),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.DENY));
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("scan");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar scan [OPTION...]")
                .description(
                        "Judges what is in a cluster: pods as they are stored, on the nodes that they run on, and the templates that",
                        "make pods as the webhook would judge those. It asks the cluster that kubectl would ask, or reads a snapshot, and",
                        "changes nothing.")
                .footer(
                        "",
                        "A pod that came before the webhook, or by another way, is judged as it is: no default was written into it.",
                        "",
                        "Exit codes: 0 nothing to complain of; 1 something would be denied (or warned of, with --fail-on warn);",
                        "2 bad usage, or something could not be read: what is told is then not all, and says so.");
        ObservedOptions.declare(spec);
        Options.flag(spec, PODS_ONLY, "leave out Deployments, CronJobs and other templates");
        Options.flag(spec, ALL, "tell of every workload, also where there is nothing to say");
        Options.one(
                spec,
                OUTPUT,
                "FORM",
                Options.names(Output.values()) + " (default: text); html is one page for a browser");
        Options.one(spec, FAIL_ON, "WHAT", Options.names(FailOn.values()) + " (default: deny)");
        Options.help(spec);
        return spec;
    }
}
