package dev.apparmoradmission.policytest;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.policy.Glob;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code policy test} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -}
 * @param wanted globs of the names of cases to run; none for all
 * @param verbose whether what was decided is told of every case
 * @param output the form of the report
 */
record TestOptions(boolean help, List<String> paths, List<Glob> wanted, boolean verbose, Output output) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        JUNIT
    }

    private static final String RUN = "--run";
    private static final String VERBOSE = "--verbose";
    private static final String OUTPUT = "--output";

    /** Copies the lists. */
    TestOptions {
        paths = List.copyOf(paths);
        wanted = List.copyOf(wanted);
    }

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static TestOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<String> wanted = parsed.matchedOptionValue(RUN, List.of());
        return new TestOptions(
                parsed.isUsageHelpRequested(),
                parsed.matchedPositionalValue(0, List.of("policies")),
                wanted.stream().map(Glob::new).toList(),
                parsed.hasMatchedOption(VERBOSE),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT));
    }

    /** Whether a case is to be run. */
    boolean wants(PolicyCase test) {
        return wanted.isEmpty() || Glob.any(wanted, test.name());
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("policy test");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar policy test [OPTION...] [PATH...]")
                .description(
                        "Runs cases that are kept beside policies: workloads, the nodes and profiles that there are, the",
                        "instant, and what must be decided. Files of kind AppArmorPolicyTest, or directories (every",
                        "*.test.yaml, *.test.yml and *.test.json below; default: policies), or - for standard input.")
                .footer(
                        "",
                        "At the end it names policies and grants that no case touches, unless only some cases were run.",
                        "",
                        "Exit codes: 0 every case came out as expected; 1 at least one did not; 2 bad usage, no case,",
                        "or a file that cannot be read (the cases of all others are run all the same).");
        Options.files(spec);
        Options.many(spec, RUN, "GLOB", "run only cases whose name it matches (* and ?), repeatable");
        Options.flag(spec, VERBOSE, "tell of every case what was decided");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.help(spec);
        return spec;
    }
}
