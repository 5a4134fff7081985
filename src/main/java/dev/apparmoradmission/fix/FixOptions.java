package dev.apparmoradmission.fix;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.manifest.JudgingOptions;
import dev.apparmoradmission.manifest.ManifestFiles;
import java.nio.file.PathMatcher;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code fix} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -} alone
 * @param judging what they are judged by
 * @param excluded globs of files below the paths that are left out
 * @param form what becomes of what is mended
 * @param renames whether names of profiles that no node knows are mended as well
 */
record FixOptions(
        boolean help,
        List<String> paths,
        JudgingOptions judging,
        List<PathMatcher> excluded,
        Form form,
        boolean renames) {

    /** What becomes of what is mended. */
    enum Form {
        /** A patch is printed. */
        DIFF,
        /** The files are changed. */
        WRITE,
        /** The whole text is printed. */
        TEXT
    }

    private static final String WRITE = "--write";
    private static final String DIFF = "--diff";
    private static final String EXCLUDE = "--exclude";
    private static final String RENAME_PROFILES = "--rename-profiles";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static FixOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<String> paths = Options.files(parsed, "Give the files or directories to mend, or - for standard input");
        return new FixOptions(
                parsed.isUsageHelpRequested(),
                paths,
                JudgingOptions.of(parsed),
                Options.globs(parsed, EXCLUDE),
                form(parsed, paths),
                parsed.hasMatchedOption(RENAME_PROFILES));
    }

    private static Form form(ParseResult parsed, List<String> paths) {
        boolean write = parsed.hasMatchedOption(WRITE);
        boolean diff = parsed.hasMatchedOption(DIFF);
        boolean standardInput = paths.contains(ManifestFiles.STANDARD_INPUT);
        if (write && diff) {
            throw Options.problem(parsed, WRITE + " and " + DIFF + " do not go together");
        }
        if (standardInput && paths.size() > 1) {
            throw Options.problem(parsed, "- goes alone: what is mended of it is printed as a whole");
        }
        if (standardInput && write) {
            throw Options.problem(parsed, WRITE + " needs files; what comes from standard input is printed, mended");
        }
        return write ? Form.WRITE : standardInput && !diff ? Form.TEXT : Form.DIFF;
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("fix");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar fix [OPTION...] PATH...")
                .description(
                        "Mends manifests as they are written; comments, order and style stay. Beta annotations become fields,",
                        "the default of the policies is written down, and localhost/NAME becomes NAME. Prints a patch for",
                        "git apply or patch -p1, and changes no file unless told to; standard input is printed, mended.")
                .footer(
                        "",
                        "What a person must decide is told with the way out and left as it is: a contradiction between annotation",
                        "and field, a name that no node knows, what is unconfined or denied for another reason.",
                        "",
                        "Exit codes: 0 nothing to mend, or all of it was mended; 1 there is something to mend (without --write),",
                        "or something is left that a person must mend; 2 bad usage, or input that cannot be read or written",
                        "(all other files are mended all the same).");
        Options.files(spec);
        JudgingOptions.declare(spec);
        Options.flag(spec, WRITE, "change the files");
        Options.flag(spec, DIFF, "print a patch, for standard input too (for files the default)");
        Options.flag(
                spec,
                RENAME_PROFILES,
                "mend names of profiles too that no node has loaded, where every node has just one like it");
        Options.many(spec, EXCLUDE, "GLOB", "leave out files below a PATH whose path or name it matches, repeatable");
        Options.help(spec);
        return spec;
    }
}
