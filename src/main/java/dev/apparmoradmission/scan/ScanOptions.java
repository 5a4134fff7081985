package dev.apparmoradmission.scan;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.observed.ObservedOptions;
import dev.apparmoradmission.openreports.ReportFormat;
import java.util.List;
import java.util.Optional;
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
 * @param report the kind of objects that reports are written as; absent where none are
 */
record ScanOptions(
        boolean help,
        ObservedOptions observed,
        boolean podsOnly,
        boolean all,
        Output output,
        FailOn failOn,
        Optional<ReportFormat> report) {

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
    private static final String REPORT = "--report";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static ScanOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        ObservedOptions observed = ObservedOptions.of(parsed);
        Optional<ReportFormat> report = report(parsed, observed);
        return new ScanOptions(
                parsed.isUsageHelpRequested(),
                observed,
                parsed.hasMatchedOption(PODS_ONLY),
                parsed.hasMatchedOption(ALL),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.DENY),
                report);
    }

    /** Reports tell of a cluster as it is, and of all that pods come from. */
    private static Optional<ReportFormat> report(ParseResult parsed, ObservedOptions observed) {
        if (!parsed.hasMatchedOption(REPORT)) {
            return Optional.empty();
        }
        if (observed.snapshot().isPresent()) {
            throw Options.problem(parsed, REPORT + " writes into a cluster; a snapshot is none");
        }
        if (observed.now().isPresent()) {
            throw Options.problem(parsed, REPORT + " tells of the present; leave out --now");
        }
        if (parsed.hasMatchedOption(PODS_ONLY)) {
            throw Options.problem(parsed, REPORT + " tells of templates too; leave out " + PODS_ONLY);
        }
        return Optional.of(Options.choice(parsed, REPORT, ReportFormat.values(), ReportFormat.OPENREPORTS));
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
                        "changes nothing there but the reports that --report keeps.")
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
        Options.one(
                spec,
                REPORT,
                "KIND",
                "keep reports of that kind in the cluster, one for each namespace: "
                        + Options.names(ReportFormat.values()) + " (default: none)");
        Options.help(spec);
        return spec;
    }
}
