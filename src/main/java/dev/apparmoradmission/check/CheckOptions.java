package dev.apparmoradmission.check;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.manifest.JudgingOptions;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code check} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -}
 * @param judging what they are judged by
 * @param excluded globs of files below the paths that are left out
 * @param output the form of the report
 * @param failOn what makes it fail
 * @param known the file with findings that are known and put up with
 * @param writeKnown the file to write all findings to, as known from now on
 * @param before what the manifests were before: findings in these are known
 */
record CheckOptions(
        boolean help,
        List<String> paths,
        JudgingOptions judging,
        List<PathMatcher> excluded,
        Output output,
        FailOn failOn,
        Optional<Path> known,
        Optional<Path> writeKnown,
        List<String> before) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        SARIF,
        JUNIT,
        GITHUB,
        GITLAB,
        HTML
    }

    /** What makes the command fail. */
    enum FailOn {
        DENY,
        WARN,
        NEVER
    }

    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";
    private static final String EXCLUDE = "--exclude";
    private static final String BASELINE = "--baseline";
    private static final String WRITE_BASELINE = "--write-baseline";
    private static final String DIFF = "--diff";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static CheckOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<String> paths = Options.files(parsed, "Give the files or directories to check, or - for standard input");
        List<String> before = parsed.matchedOptionValue(DIFF, List.of());
        if (!before.isEmpty() && parsed.hasMatchedOption(WRITE_BASELINE)) {
            throw Options.problem(parsed, WRITE_BASELINE + " and " + DIFF + " do not go together");
        }
        return new CheckOptions(
                parsed.isUsageHelpRequested(),
                paths,
                JudgingOptions.of(parsed),
                Options.globs(parsed, EXCLUDE),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.DENY),
                Options.path(parsed, BASELINE),
                Options.path(parsed, WRITE_BASELINE),
                List.copyOf(before));
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("check");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar check [OPTION...] PATH...")
                .description(
                        "Judges manifests as the webhook would judge the pods they make, without a cluster.",
                        "Files, directories (every *.yaml, *.yml and *.json below), or - for standard input:",
                        "YAML with any number of documents, JSON, lists, rendered Helm or Kustomize.")
                .footer(
                        "",
                        "Without --inventory no profile can be looked up: such findings are warnings that never fail the check.",
                        "A ConfigMap of --inventory needs no label, unless another in the same file has it.",
                        "",
                        "Exit codes: 0 nothing to complain of; 1 something is denied (or warned of, with --fail-on warn);",
                        "2 bad usage, or input that cannot be read (all other files are judged all the same).");
        Options.files(spec);
        JudgingOptions.declare(spec);
        Options.many(spec, EXCLUDE, "GLOB", "leave out files below a PATH whose path or name it matches, repeatable");
        Options.one(spec, BASELINE, "FILE", "findings that are known and do not fail the check; new ones do");
        Options.one(
                spec,
                WRITE_BASELINE,
                "FILE",
                "write the findings of this run to such a file, and do not fail for them");
        Options.many(
                spec, DIFF, "OLD", "the manifests as they were, repeatable: only findings that are not there fail");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.one(spec, FAIL_ON, "WHAT", Options.names(FailOn.values()) + " (default: deny)");
        Options.help(spec);
        return spec;
    }
}
