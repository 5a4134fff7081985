package dev.apparmoradmission.snapshot;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.observed.ObservedOptions;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code snapshot} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param directory where the snapshot goes
 * @param cluster the cluster, and what of it
 * @param force whether a snapshot that is there is replaced
 */
record SnapshotOptions(boolean help, Path directory, ObservedOptions cluster, boolean force) {

    private static final String FORCE = "--force";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static SnapshotOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<Path> directories = Options.positions(parsed);
        boolean help = parsed.isUsageHelpRequested();
        if (!help && (directories.size() != 1 || directories.get(0).toString().isEmpty())) {
            throw Options.problem(parsed, "Give the one directory to write the snapshot to");
        }
        return new SnapshotOptions(
                help,
                help ? Path.of(".") : directories.get(0),
                ObservedOptions.of(parsed),
                parsed.hasMatchedOption(FORCE));
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("snapshot");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar snapshot [OPTION...] DIR")
                .description(
                        "Writes what a decision looks at of the cluster that kubectl would ask: nodes, inventory, namespaces, pods and",
                        "the templates that make pods. scan, policy diff and others read it with --snapshot DIR. No Secret is asked for, and",
                        "of the objects no environment, command, volume, status or foreign annotation is kept. Others cannot read it.")
                .footer(
                        "",
                        "DIR appears when all is written; what breaks on the way leaves nothing.",
                        "",
                        "Exit codes: 0 all was read; 2 bad usage, nothing was written, or something could not be read: the snapshot then",
                        "holds the rest, and says so wherever it is used.");
        Options.positions(spec, "DIR", "a directory that is not there yet, or is empty");
        ObservedOptions.declareWhere(spec);
        Options.flag(spec, FORCE, "replace a snapshot that is there");
        Options.help(spec);
        return spec;
    }
}
