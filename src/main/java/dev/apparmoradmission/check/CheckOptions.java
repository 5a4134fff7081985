package dev.apparmoradmission.check;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.manifest.JudgingOptions;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code check} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -}
 * @param judging what they are judged by
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record CheckOptions(boolean help, List<String> paths, JudgingOptions judging, Output output, FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        SARIF,
        JUNIT
    }

    /** What makes the command fail. */
    enum FailOn {
        DENY,
        WARN,
        NEVER
    }

    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static CheckOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        boolean help = parsed.isUsageHelpRequested();
        List<String> paths = parsed.matchedPositionalValue(0, List.of());
        if (paths.isEmpty() && !help) {
            throw Options.problem(parsed, "Give the files or directories to check, or - for standard input");
        }
        return new CheckOptions(
                help,
                List.copyOf(paths),
                JudgingOptions.of(parsed),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.DENY));
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
        spec.addPositional(PositionalParamSpec.builder()
                .index("0..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel("PATH")
                .description("a file, a directory, or - for standard input")
                .build());
        JudgingOptions.declare(spec);
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.one(spec, FAIL_ON, "WHAT", Options.names(FailOn.values()) + " (default: deny)");
        Options.help(spec);
        return spec;
    }
}
