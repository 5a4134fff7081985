package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.observed.ObservedOptions;
import dev.apparmoradmission.policy.Glob;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code policy diff} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param before files and directories of the policies before
 * @param after files and directories of the policies after
 * @param nodes what happens to the nodes
 * @param observed the cluster, and where to look
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record DiffOptions(
        boolean help,
        List<Path> before,
        List<Path> after,
        NodeChange nodes,
        ObservedOptions observed,
        Output output,
        FailOn failOn) {

    /** Copies the lists. */
    DiffOptions {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        MARKDOWN
    }

    /** What makes the command fail. */
    enum FailOn {
        WORSE,
        DENIED,
        UNCONFINED,
        ANY,
        NEVER
    }

    private static final String POLICY = "--policy";
    private static final String WITHOUT_NODE = "--without-node";
    private static final String INVENTORY = "--inventory";
    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static DiffOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        boolean help = parsed.isUsageHelpRequested();
        List<Path> sides = Options.positions(parsed);
        List<Path> both = Options.paths(parsed, POLICY);
        NodeChange nodes = new NodeChange(
                parsed.<List<String>>matchedOptionValue(WITHOUT_NODE, List.of()).stream()
                        .map(Glob::new)
                        .toList(),
                Options.paths(parsed, INVENTORY));
        if (!help && (sides.size() > 2 || sides.size() < 2 && nodes.isNone())) {
            throw Options.problem(
                    parsed, "Give OLD and NEW, or a change of nodes: " + WITHOUT_NODE + " or " + INVENTORY);
        }
        List<Path> common = sides.isEmpty() && both.isEmpty() ? List.of(Path.of("policies")) : both;
        return new DiffOptions(
                help,
                with(common, sides.stream().limit(1)),
                // One alone holds before and after: it is the nodes that change.
                with(common, sides.stream().skip(Math.max(0, sides.size() - 1))),
                nodes,
                ObservedOptions.of(parsed),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.WORSE));
    }

    private static List<Path> with(List<Path> common, Stream<Path> side) {
        return Stream.concat(common.stream(), side).toList();
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("policy diff");
        spec.usageMessage()
                .customSynopsis(
                        "java -jar quarkus-run.jar policy diff [OPTION...] OLD NEW",
                        "java -jar quarkus-run.jar policy diff [OPTION...] --without-node NAME | --inventory FILE [POLICIES]")
                .description(
                        "Tells what other policies, or other nodes, would do to the workloads of a cluster: what would newly be",
                        "denied, allowed or unconfined. Each is judged before and after as scan judges it. It asks the cluster that kubectl",
                        "would ask, or reads a snapshot, and changes nothing.")
                .footer(
                        "",
                        "Exit codes: 0 nothing to complain of; 1 something would newly be denied or unconfined (or what --fail-on says);",
                        "2 bad usage, or something could not be read: what is told is then not all, and says so.");
        Options.positions(spec, "OLD NEW", "a directory or file with the policies before, and one with those after");
        Options.many(
                spec,
                POLICY,
                "DIR",
                "policies that stand beside OLD and beside NEW, repeatable (without OLD and NEW: policies)");
        Options.many(spec, WITHOUT_NODE, "NAME", "a node that goes, or a glob of such, repeatable");
        Options.many(
                spec,
                INVENTORY,
                "FILE",
                "inventory ConfigMaps whose lists take the place of those of the nodes that they name, repeatable");
        ObservedOptions.declareAllButPolicies(spec);
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.one(
                spec,
                FAIL_ON,
                "WHAT",
                Options.names(FailOn.values()) + " (default: worse, which is denied or unconfined)");
        Options.help(spec);
        return spec;
    }
}
