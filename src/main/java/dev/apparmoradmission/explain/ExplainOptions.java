package dev.apparmoradmission.explain;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.manifest.JudgingOptions;
import dev.apparmoradmission.observed.ObservedOptions;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code explain} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -}; none for a workload of a cluster
 * @param judging what those are judged by
 * @param observed the cluster, where there are none
 * @param workload the one workload that is wanted, as {@code NAME} or {@code KIND/NAME}; absent for all
 * @param output the form of the explanation
 */
record ExplainOptions(
        boolean help,
        List<String> paths,
        JudgingOptions judging,
        ObservedOptions observed,
        Optional<String> workload,
        Output output) {

    /** Forms of explanation. */
    enum Output {
        TEXT,
        JSON
    }

    private static final String WORKLOAD = "--workload";
    private static final String OUTPUT = "--output";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static ExplainOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<String> paths = parsed.hasMatchedOption(WORKLOAD)
                ? parsed.matchedPositionalValue(0, List.of())
                : Options.files(
                        parsed, "Give the file to explain, - for standard input, or the --workload of a cluster");
        Options.filesOrCluster(parsed, !paths.isEmpty(), JudgingOptions.FILES, ObservedOptions.WHERE);
        return new ExplainOptions(
                parsed.isUsageHelpRequested(),
                paths,
                JudgingOptions.of(parsed),
                ObservedOptions.of(parsed),
                Options.text(parsed, WORKLOAD),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT));
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("explain");
        spec.usageMessage()
                .customSynopsis(
                        "java -jar quarkus-run.jar explain [OPTION...] PATH...",
                        "       java -jar quarkus-run.jar explain [OPTION...] --workload KIND/NAME")
                .description(
                        "Says why each workload of a manifest is judged as it is: policies, sources of the profile, nodes, what each",
                        "kernel will do, exceptions, and rules. Without PATH it explains a workload that is in a cluster, or in a",
                        "snapshot of one, as it is stored there.")
                .footer(
                        "",
                        "Exit codes: 0 nothing is denied; 1 something is; 2 bad usage, input that cannot be read, or no such workload.");
        Options.files(spec);
        ObservedOptions.declare(spec);
        JudgingOptions.declareFiles(spec);
        Options.one(spec, WORKLOAD, "NAME", "only this one; NAME, or KIND/NAME as in deployment/web");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.help(spec);
        return spec;
    }
}
